"""DTLS as other people's stacks speak it: RSA certificates, messages in pieces, datagrams that are lost,
doubled or in another order (RFC 6347 sections 4.2.3 and 4.2.4), several fingerprints (RFC 8122 section 5)."""

import asyncio
import datetime
import random
from collections.abc import Callable, Iterator

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from assist.webrtc.control import control
from assist.webrtc.node.adapter import Certificate, SecureTransport
from benchmarks.media import sdp
from benchmarks.media.client import Client
from tests.unit.webrtc.node.rig import Scene, until

LINE = sdp.Line("0", "audio", "sendonly", 5)
HANDSHAKE, CIPHER_CHANGE = 22, 20
FLIGHT_S = 1.0
"""When OpenSSL sends a flight again."""


class RsaCertificate(Certificate):
    """As phones of before 2016 and some gateways have it: RSA with 2048 bits."""

    def __init__(self) -> None:
        super().__init__()
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "WebRTC")])
        now = datetime.datetime.now(datetime.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
            .sign(key, hashes.SHA256())
        )
        self._certificate = type(self.inner)(key=key, cert=made)  # type: ignore[arg-type]
        prints = {f.algorithm: f.value for f in self._certificate.getFingerprints()}
        self.fingerprint = prints["sha-256"]


def with_rsa(client: Client) -> Client:
    client.certificate = RsaCertificate()
    client._transport = SecureTransport(client.certificate, client._send)
    return client


async def connect(
    scene: Scene, client: Client, setup: str = "actpass", change: Callable[[str], str] = str
) -> None:
    text = change(client.description(LINE, setup=setup))
    answer = scene.node.offer(control.Offer("room", "phone", text))
    try:
        await client.connect(answer.sdp, seconds=30)
        await until(lambda: scene.node.rooms["room"].peers["phone"].connected, 20)
        head = b"\x80\x6f\x00\x01" + bytes(4) + (5).to_bytes(4, "big")
        client.send_rtp(head + b"sound")
        await until(lambda: any(event.kind == "stream_started" for event in scene.events))
    finally:
        await client.close()


@pytest.mark.parametrize("setup", ["actpass", "active", "passive"])
async def test_a_peer_with_an_rsa_certificate(scene: Scene, setup: str) -> None:
    await connect(scene, with_rsa(Client()), setup)


# ---- in pieces, out of order, lost


def records(datagram: bytes) -> Iterator[bytes]:
    """The DTLS records in a datagram (RFC 6347 section 4.1)."""
    while datagram:
        size = 13 + int.from_bytes(datagram[11:13], "big")
        yield datagram[:size]
        datagram = datagram[size:]


class Pieces(Client):
    """Sends its first messages in pieces of ``size`` bytes, each in a datagram of its own, in any order and
    one of them twice."""

    def __init__(self, size: int, seed: int = 1) -> None:
        self.size, self.dice, self.number = size, random.Random(seed), 0
        super().__init__()

    def _send(self, datagram: bytes) -> None:
        if datagram[0] not in (HANDSHAKE, CIPHER_CHANGE):
            super()._send(datagram)
            return
        pieces, rest = list[bytes](), list[bytes]()
        for record in records(datagram):
            encrypted = record[3:5] != b"\0\0"
            if encrypted:
                rest.append(record)
            elif record[0] == CIPHER_CHANGE:
                rest.append(self._numbered(record[:1], record[13:]))
            else:
                pieces += list(self._pieces(record[13:]))
        self.dice.shuffle(pieces)
        for piece in [*pieces, *pieces[:1], *rest]:
            super()._send(piece)

    def _pieces(self, messages: bytes) -> Iterator[bytes]:
        """Handshake messages, or pieces of them, in smaller ones (RFC 6347 section 4.2.3)."""
        while messages:
            head, begin, size = (
                messages[:6],
                int.from_bytes(messages[6:9], "big"),
                int.from_bytes(messages[9:12], "big"),
            )
            body, messages = messages[12 : 12 + size], messages[12 + size :]
            for at in range(0, max(1, size), self.size):
                part = body[at : at + self.size]
                where = (begin + at).to_bytes(3, "big") + len(part).to_bytes(3, "big")
                yield self._numbered(bytes((HANDSHAKE,)), head + where + part)

    def _numbered(self, kind: bytes, content: bytes) -> bytes:
        self.number += 1
        number = self.number.to_bytes(6, "big")
        return kind + b"\xfe\xfd\0\0" + number + len(content).to_bytes(2, "big") + content


@pytest.mark.parametrize("size", [200, 40])
async def test_a_greeting_in_pieces_and_out_of_order(scene: Scene, size: int) -> None:
    """As a ClientHello with post-quantum key shares comes, which fits no datagram."""
    await connect(scene, Pieces(size))


async def test_an_rsa_certificate_in_pieces(scene: Scene) -> None:
    await connect(scene, with_rsa(Pieces(150)))


@pytest.mark.parametrize("lost", range(1, 5))
async def test_each_flight_may_be_lost_once(scene: Scene, lost: int) -> None:
    """The n-th datagram of the handshake in either direction; the last one of all is the node's."""
    client, seen = Client(), 0

    def lose(datagram: bytes) -> bool:
        nonlocal seen
        if not 19 < datagram[0] < 64:
            return False
        seen += 1
        return seen == lost

    client.lose_out = client.lose_in = lose
    await connect(scene, client)
    assert seen > lost


@pytest.mark.parametrize("seed", range(3))
async def test_a_handshake_through_one_lost_in_five(scene: Scene, seed: int) -> None:
    client, dice = Client(), random.Random(seed)
    client.lose_out = client.lose_in = lambda datagram: 19 < datagram[0] < 64 and dice.random() < 0.2
    await connect(scene, client)


async def test_datagrams_that_come_twice(scene: Scene) -> None:
    client = Client()
    once = client._send

    def twice(datagram: bytes) -> None:
        once(datagram)
        if 19 < datagram[0] < 64:
            once(datagram)

    client._transport = SecureTransport(client.certificate, twice)
    await connect(scene, client)


async def test_a_greeting_before_the_first_check_is_heard_when_it_is_repeated(scene: Scene) -> None:
    """Nothing is answered to an address that has proven nothing."""
    client = Client()
    client.lose_out = lambda datagram: datagram[0] < 4 and asyncio.get_running_loop().time() < later
    later = asyncio.get_running_loop().time() + 0.3
    await connect(scene, client)


# ---- whose certificate it is


async def test_one_of_several_fingerprints_is_enough(scene: Scene) -> None:
    """A description may name more certificates than are used (RFC 8122 section 5.1)."""
    other = "a=fingerprint:sha-256 " + ":".join(["AB"] * 32)
    await connect(scene, Client(), change=lambda text: text.replace("a=setup", f"{other}\r\na=setup"))


async def test_the_strongest_hash_is_the_one_that_counts(scene: Scene) -> None:
    client = Client()
    wrong = "a=fingerprint:sha-512 " + ":".join(["AB"] * 64)
    text = client.description(LINE).replace("a=setup", f"{wrong}\r\na=setup")
    answer = scene.node.offer(control.Offer("room", "phone", text))
    await client.connect(answer.sdp)
    gone = control.PeerDisconnected("test", "room", "phone", "failed")
    await until(lambda: gone in scene.events)
    await client.close()


async def test_a_hash_that_nobody_trusts_is_none(scene: Scene) -> None:
    client = Client()
    text = client.description(LINE).replace("sha-256 " + client.certificate.fingerprint, "sha-1 AB:CD")
    answer = scene.node.offer(control.Offer("room", "phone", text))
    await client.connect(answer.sdp)
    gone = control.PeerDisconnected("test", "room", "phone", "failed")
    await until(lambda: gone in scene.events)
    await client.close()
