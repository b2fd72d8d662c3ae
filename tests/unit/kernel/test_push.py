"""Web Push by its standards' own numbers, and addresses that it may not be sent to."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from kernel.push.addresses import NotPublic, address_of, endpoint_of
from kernel.push.encryption import MOST_PLAIN_BYTES, decoded, encoded, encrypt, public_bytes, vapid
from tests.rig.listener import Asked
from tests.rig.push_service import claims_of, decrypt

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

# RFC 8291, appendix A, and its section 5.
PLAIN = b"When I grow up, I want to be a watermelon"
AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
AS_PUBLIC = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
UA_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
UA_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w"
    "EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def key_of(scalar: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(scalar), "big"), ec.SECP256R1())


def test_a_message_is_the_rfcs_own_to_the_last_byte() -> None:
    sender = key_of(AS_PRIVATE)
    assert encoded(public_bytes(sender)) == AS_PUBLIC
    made = encrypt(PLAIN, decoded(UA_PUBLIC), decoded(AUTH), sender, decoded(SALT))
    assert encoded(made) == BODY
    assert decrypt(made, key_of(UA_PRIVATE), decoded(AUTH)) == PLAIN


@given(st.binary(max_size=MOST_PLAIN_BYTES), st.binary(min_size=16, max_size=16))
def test_what_is_encrypted_is_read_by_its_browser(plain: bytes, salt: bytes) -> None:
    made = encrypt(plain, decoded(UA_PUBLIC), decoded(AUTH), key_of(AS_PRIVATE), salt)
    assert len(made) <= 4096
    assert decrypt(made, key_of(UA_PRIVATE), decoded(AUTH)) == plain


def test_more_than_a_record_and_a_key_off_the_curve_are_refused() -> None:
    sender, auth, salt = key_of(AS_PRIVATE), decoded(AUTH), decoded(SALT)
    with pytest.raises(ValueError):
        encrypt(b"x" * (MOST_PLAIN_BYTES + 1), decoded(UA_PUBLIC), auth, sender, salt)
    for receiver in (b"", b"\x04" + bytes(64), decoded(UA_PUBLIC)[:-1], b"\x02" + decoded(UA_PUBLIC)[1:33]):
        with pytest.raises(ValueError):
            encrypt(PLAIN, receiver, auth, sender, salt)


def test_the_token_says_who_sends_to_whom_and_how_long_it_holds() -> None:
    key = key_of(AS_PRIVATE)
    header = vapid("https://push.example", "mailto:ops@water.example", key, NOON)
    claims = claims_of(Asked("/", {"authorization": header}, b""), public_bytes(key))
    assert claims["aud"] == "https://push.example" and claims["sub"] == "mailto:ops@water.example"
    assert timedelta() < datetime.fromtimestamp(claims["exp"], UTC) - NOON <= timedelta(hours=24)
    assert json.dumps(claims).isascii()


@pytest.mark.parametrize(
    "url",
    [
        "http://push.example/a",
        "ftp://push.example/a",
        "https:///a",
        "https://user:word@push.example/a",
        "https://push.example/a#b",
        "https://push.example/a b",
        "https://push.example\\@127.0.0.1/",
        "https://127.0.0.1/a",
        "https://10.1.2.3/a",
        "https://192.168.0.1:8443/a",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://224.0.0.1/",
        "https://push.example:99999/",
        "https://push.example/" + "a" * 1000,
        "http://127.0.0.1:8000/a",
    ],
)
def test_addresses_that_are_not_a_push_services(url: str) -> None:
    with pytest.raises(NotPublic):
        endpoint_of(url)


def test_addresses_that_are() -> None:
    known = endpoint_of("https://fcm.googleapis.com/fcm/send/abc?x=1")
    assert known.origin == "https://fcm.googleapis.com"
    assert known.at("142.250.1.95") == "https://142.250.1.95:443/fcm/send/abc?x=1"
    assert endpoint_of("https://push.example:8443/a").origin == "https://push.example:8443"
    assert (
        endpoint_of("https://[2606:4700::1111]/a").at("2606:4700::1111") == "https://[2606:4700::1111]:443/a"
    )
    for local in ("http://127.0.0.1:9/a", "http://[::1]:9/a"):
        assert endpoint_of(local, loopback=True).scheme == "http"
    for never in ("https://127.0.0.1/a", "http://10.0.0.1/a", "http://localhost/a", "http://push.example/"):
        with pytest.raises(NotPublic):
            endpoint_of(never, loopback=True)


async def test_a_name_that_leads_into_the_house_is_not_followed() -> None:
    with pytest.raises(NotPublic):
        await address_of(endpoint_of("https://localhost/a"))
