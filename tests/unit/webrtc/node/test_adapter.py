"""The library versions that the adapter was read against, and every private name it uses."""

from importlib.metadata import version

import pylibsrtp
import pytest
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport
from pylibsrtp._binding import ffi, lib  # type: ignore[import-not-found]

from assist.webrtc.node import adapter


@pytest.mark.parametrize(("library", "wanted"), adapter.PINNED.items())
def test_exact_versions(library: str, wanted: str) -> None:
    assert version(library) == wanted, "read the adapter against the new version, then change the pin"


def test_private_names_exist() -> None:
    transport = RTCDtlsTransport(adapter._Datagrams(lambda _: None), [RTCCertificate.generateCertificate()])  # type: ignore[arg-type]
    for name in ("_set_role", "_rx_srtp", "_tx_srtp", "_task", "_recv_next", "_write_ssl", "_ssl"):
        assert hasattr(transport, name), name
    for method in (RTCDtlsTransport._validate_peer_identity, RTCCertificate._create_ssl_context):
        assert callable(method)
    session = pylibsrtp.Session()
    assert ffi.typeof(session._srtp[0]) is ffi.typeof("srtp_t")
    for name in ("srtp_protect", "srtp_unprotect"):
        assert ffi.typeof(getattr(lib, name)).kind == "function"


def test_protect_works_in_place() -> None:
    key = bytes(range(30))
    out = adapter.SrtpSession(pylibsrtp.Session(pylibsrtp.Policy(key, pylibsrtp.Policy.SSRC_ANY_OUTBOUND)))
    back = adapter.SrtpSession(pylibsrtp.Session(pylibsrtp.Policy(key, pylibsrtp.Policy.SSRC_ANY_INBOUND)))
    memory, view = adapter.buffer(200)
    length = adapter.length_cell()
    plain = b"\x80\x60\x00\x07" + bytes(4) + b"\0\0\0\x05" + b"hello"
    view[: len(plain)] = plain
    length[0] = len(plain)
    assert adapter.protect(out.raw, memory, length) == 0 and length[0] > len(plain)
    assert bytes(view[12:17]) != b"hello"
    assert adapter.unprotect(back.raw, memory, length) == 0
    assert bytes(view[: length[0]]) == plain
    view[: len(plain)] = plain
    length[0] = len(plain)
    assert adapter.unprotect(back.raw, memory, length) != 0, "what is not authentic is refused"
    assert back.unprotect_rtcp(b"\x80\xc9\0\1\0\0\0\1" + bytes(20)) is None
