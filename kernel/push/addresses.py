"""Where a push message may go: to a push service in the public internet, over HTTPS, and nowhere else.

The address comes from a browser, so it is a stranger's word: whoever could name any address would have this
house call into its own network. A name is therefore looked up here, every address that it leads to has to be
a public one, and it is that address that is then connected to; a second look-up could say something else.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 1000
"""Characters of an address."""

_TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48")))
"""IPv6 that a translator turns into any IPv4 (RFC 6052, RFC 8215)."""


class NotPublic(ValueError):
    """The address is not one of a push service in the public internet."""


@dataclass(frozen=True)
class Endpoint:
    """A subscription's address, taken apart. ``origin`` is what a token is made out to."""

    url: str
    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        usual = {"https": 443, "http": 80}[self.scheme]
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == usual else f":{self.port}")

    def at(self, address: str) -> str:
        """The same at one of the addresses that its name leads to."""
        literal = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{literal}:{self.port}{self.target}"


def endpoint_of(url: str, *, loopback: bool = False) -> Endpoint:
    """What the address says, without asking anybody. ``loopback``: plain HTTP to this machine is taken too.

    Raises:
        NotPublic: no HTTPS, no host, a name or password in it, or an address that is not public.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotPublic(url[:80]) from None
    host = (parts.hostname or "").rstrip(".")
    secure = parts.scheme == "https"
    if len(url) > LONGEST or not url.isascii() or any(sign <= " " for sign in url) or "\\" in url:
        raise NotPublic(url[:80])
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise NotPublic(url[:80])
    if not secure and not (loopback and parts.scheme == "http"):
        raise NotPublic(url[:80])
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    made = Endpoint(url, parts.scheme, host, port or (443 if secure else 80), target)
    if _is_address(host):
        _require(host, loopback and not secure)
    elif not secure:
        raise NotPublic(url[:80])
    return made


async def address_of(endpoint: Endpoint, *, loopback: bool = False) -> str:
    """The address to connect to.

    Raises:
        NotPublic: the name leads, if only among others, to one that is not public.
        OSError: the name leads nowhere, or nobody can be asked.
    """
    if _is_address(endpoint.host):
        _require(endpoint.host, loopback and endpoint.scheme == "http")
        return endpoint.host
    found = await asyncio.get_running_loop().getaddrinfo(
        endpoint.host, endpoint.port, type=socket.SOCK_STREAM
    )
    addresses = [str(each[4][0]) for each in found]
    if not addresses:
        raise OSError(f"{endpoint.host} leads nowhere")
    for address in addresses:
        _require(address, False)
    return addresses[0]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _require(address: str, loopback: bool) -> None:
    known = ipaddress.ip_address(address.partition("%")[0])
    if loopback and known.is_loopback:
        return
    if not known.is_global or known.is_multicast or known.is_reserved:
        raise NotPublic(address)
    if isinstance(known, ipaddress.IPv6Address) and (
        known.ipv4_mapped or known.sixtofour or known.teredo or any(known in net for net in _TRANSLATED)
    ):
        raise NotPublic(address)
