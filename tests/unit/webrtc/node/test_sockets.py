"""Where a node listens, and what clients are told about it."""

import socket

import pytest

from assist.webrtc.control import control
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.ice.sockets import bind, candidates
from assist.webrtc.node.service.serve import running
from benchmarks.media import sdp
from benchmarks.media.client import Client


def test_advertised_addresses_take_the_bound_port_unless_they_name_one() -> None:
    with bind("127.0.0.1", 0, 1 << 16) as sock:
        port = sock.getsockname()[1]
        assert candidates((), [sock]) == [("127.0.0.1", port)]
        told = candidates(("192.0.2.1", "192.0.2.2:5000", "[2001:db8::1]:6000", "2001:db8::2"), [sock])
        assert told == [
            ("192.0.2.1", port),
            ("192.0.2.2", 5000),
            ("2001:db8::1", 6000),
            ("2001:db8::2", port),
        ]
        with pytest.raises(ValueError):
            candidates(("media.example",), [sock])


def test_a_taken_port_is_an_error_and_leaves_no_socket() -> None:
    with bind("127.0.0.1", 0, 1 << 16) as sock, pytest.raises(OSError):
        bind("127.0.0.1", sock.getsockname()[1], 1 << 16)


async def test_a_second_socket_serves_ipv6() -> None:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 on this machine")
    async with running(NodeConfig("test", host6="::1")) as node:
        assert [host for host, _ in node.candidates] == ["127.0.0.1", "::1"]
        client = Client("::1")
        line = sdp.Line("0", "audio", "sendonly", 5)
        answer = node.offer(control.Offer("room", "phone", client.description(line)))
        only6 = answer.sdp.replace("a=candidate:1 1 udp", "a=other:").replace(
            "candidate:2 1", "candidate:1 1"
        )
        await client.connect(only6)
        assert node.rooms["room"].peers["phone"].ice.address is not None
        await client.close()
