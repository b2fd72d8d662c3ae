"""The node's UDP sockets and the addresses that clients are told."""

import contextlib
import ipaddress
import socket
from collections.abc import Sequence

# Linux: the same as SO_RCVBUF and SO_SNDBUF, past the system's limit, for whoever may.
_FORCE = (
    (getattr(socket, "SO_RCVBUFFORCE", 33), socket.SO_RCVBUF),
    (getattr(socket, "SO_SNDBUFFORCE", 32), socket.SO_SNDBUF),
)


def bind(host: str, port: int, buffer_size: int) -> socket.socket:
    """A non-blocking UDP socket with as large buffers as the system grants: all peers share it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        for forced, plain in _FORCE:
            for option in (forced, plain):
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, option, buffer_size)
                    break
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((host, port))
    except BaseException:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def candidates(advertised: Sequence[str], sockets: Sequence[socket.socket]) -> list[tuple[str, int]]:
    """(address, port) pairs for the answer. ``advertised`` as in `NodeConfig`; raises ValueError on
    nonsense.
    """
    bound = [(str(sock.getsockname()[0]), int(sock.getsockname()[1])) for sock in sockets]
    if not advertised:
        return bound
    ports = {":" in host: port for host, port in reversed(bound)}
    return [_split(text, ports) for text in advertised]


def _split(text: str, ports: dict[bool, int]) -> tuple[str, int]:
    host, port = text, ""
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    address = ipaddress.ip_address(host)
    return str(address), int(port) if port else ports.get(address.version == 6, next(iter(ports.values())))
