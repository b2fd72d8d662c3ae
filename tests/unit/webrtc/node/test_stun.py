"""Connectivity checks, against aioice's reader and writer, and against bytes of no meaning."""

import random
import struct
import zlib

import pytest
from aioice import stun as oracle
from hypothesis import given
from hypothesis import strategies as st

from assist.webrtc.node.ice import stun
from assist.webrtc.node.ice.ice import Credentials, IceLite

PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"


def check(*, nominates: bool = True, username: str = "local:remote", password: str = PASSWORD) -> bytes:
    message = oracle.Message(oracle.Method.BINDING, oracle.Class.REQUEST)
    message.attributes["USERNAME"] = username
    message.attributes["PRIORITY"] = 1
    message.attributes["ICE-CONTROLLING"] = 5
    if nominates:
        message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(password.encode())
    return bytes(message)


def with_attribute(kind: int, value: bytes, after: bytes) -> bytes:
    """A further attribute behind a whole message, with the length made to fit."""
    added = struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)
    return after[:2] + struct.pack("!H", len(after) - 20 + len(added)) + after[4:] + added


def without_fingerprint(message: bytes) -> bytes:
    return message[:2] + struct.pack("!H", len(message) - 28) + message[4:-8]


@pytest.mark.parametrize("nominates", [True, False])
def test_a_sound_check_is_read_and_proven(nominates: bool) -> None:
    request = stun.read_request(check(nominates=nominates))
    assert request is not None
    assert (request.local_fragment, request.remote_fragment) == ("local", "remote")
    assert request.nominates is nominates
    assert request.proven_by(PASSWORD) and not request.proven_by(PASSWORD + "x")


def test_a_check_without_fingerprint_is_sound_too() -> None:
    request = stun.read_request(without_fingerprint(check()))
    assert request is not None and request.proven_by(PASSWORD)


def test_what_follows_the_integrity_is_ignored() -> None:
    added = with_attribute(stun.USE_CANDIDATE, b"", without_fingerprint(check(nominates=False)))
    request = stun.read_request(added)
    assert request is not None and not request.nominates and request.proven_by(PASSWORD)


def test_a_wrong_fingerprint_is_no_stun() -> None:
    damaged = bytearray(check())
    damaged[-1] ^= 1
    assert stun.read_request(bytes(damaged)) is None


def test_a_changed_byte_is_not_proven() -> None:
    whole = bytearray(without_fingerprint(check()))
    whole[24] ^= 1
    request = stun.read_request(bytes(whole))
    assert request is not None and not request.proven_by(PASSWORD)


@pytest.mark.parametrize("address", [("192.0.2.7", 40_000), ("2001:db8::7", 40_000)])
def test_aioice_understands_our_answer(address: tuple[str, int]) -> None:
    request = stun.read_request(check())
    assert request is not None
    reply = oracle.parse_message(stun.success(request, address, PASSWORD))
    assert reply.message_class == oracle.Class.RESPONSE and reply.transaction_id == request.transaction
    assert reply.attributes["XOR-MAPPED-ADDRESS"] == address
    assert reply.check_message_integrity(PASSWORD.encode()) and "FINGERPRINT" in reply.attributes


def test_the_sample_request_of_rfc_5769_is_read() -> None:
    """Section 2.1: SOFTWARE, PRIORITY, ICE-CONTROLLED, USERNAME evtj:h6vY, with both checks."""
    sample = bytes.fromhex(
        "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74"
        "002400046e0001ff80290008932ff9b151263b36000600096576746a3a6836765920202000080014"
        "9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
    )
    request = stun.read_request(sample)
    assert request is not None
    assert (request.local_fragment, request.remote_fragment) == ("evtj", "h6vY")
    assert request.proven_by(PASSWORD)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    stun.read_request(data)


def test_damaged_checks_are_read_without_an_error() -> None:
    """20,000 damages of a sound check, most of them with the length and the fingerprint made to fit again."""
    dice, sound = random.Random(7), check()
    survivors = 0
    for _ in range(20_000):
        data = bytearray(sound[:-8])
        for _ in range(dice.randrange(1, 6)):
            kind = dice.randrange(3)
            at = dice.randrange(20, len(data))
            if kind == 0:
                data[at] = dice.getrandbits(8)
            elif kind == 1:
                del data[at : at + dice.randrange(1, 9)]
            else:
                data[at:at] = dice.randbytes(dice.randrange(1, 9))
            if len(data) < 24:
                break
        data += bytes(-len(data) % 4)
        struct.pack_into("!H", data, 2, len(data) - 20 + 8)
        fingerprint = zlib.crc32(bytes(data)) ^ 0x5354554E
        request = stun.read_request(bytes(data) + struct.pack("!HHI", 0x8028, 4, fingerprint))
        if request is not None:
            survivors += 1
            request.proven_by(PASSWORD)
    assert survivors > 500, "the damages have to reach the inner parts"


OLD, NEW = Credentials("old", "a" * 22), Credentials("new", "b" * 22)
HOME, AWAY = ("192.0.2.1", 1000), ("192.0.2.9", 2000)


def test_the_first_check_gives_an_address_and_a_nomination_moves_it() -> None:
    agent = IceLite(OLD, "remote")
    agent.checked("old", HOME, nominates=False)
    assert agent.address == HOME
    agent.checked("old", AWAY, nominates=False)
    assert agent.address == HOME and agent.moves == 0
    agent.checked("old", AWAY, nominates=True)
    assert agent.address == AWAY and agent.moves == 1


def test_after_a_restart_the_old_password_lives_until_the_new_one_nominates() -> None:
    agent = IceLite(OLD, "remote")
    agent.checked("old", HOME, nominates=True)
    assert agent.restart(NEW, "fresh") == []
    assert agent.credentials("old") == OLD and agent.credentials("new") == NEW
    agent.checked("old", AWAY, nominates=True)
    assert agent.address == HOME, "the old password moves nobody"
    assert agent.checked("new", AWAY, nominates=False) == []
    assert agent.checked("new", AWAY, nominates=True) == [OLD]
    assert agent.address == AWAY and agent.credentials("old") is None


def test_a_second_restart_buries_the_first_credentials() -> None:
    agent = IceLite(OLD, "remote")
    agent.restart(NEW, "fresh")
    assert agent.restart(Credentials("third", "c" * 22), "fresher") == [OLD]
    assert agent.credentials("old") is None and agent.credentials("new") == NEW
