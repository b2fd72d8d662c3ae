"""RTCP messages against aiortc's reader and writer."""

from aiortc import rtp as oracle
from hypothesis import given
from hypothesis import strategies as st

from assist.webrtc.node.rtp import rtcp


@given(st.integers(0, 0xFFFF), st.sets(st.integers(0, 200), min_size=1, max_size=60))
def test_a_nack_names_every_sequence_across_the_wrap(first: int, steps: set[int]) -> None:
    wanted = [(first + step) & 0xFFFF for step in sorted(steps)]
    message = rtcp.nack(77, wanted)
    assert list(rtcp.read(message)) == [rtcp.Nack(77, tuple(wanted))]
    (theirs,) = oracle.RtcpPacket.parse(message)
    assert isinstance(theirs, oracle.RtcpRtpfbPacket)
    lost = [number & 0xFFFF for number in theirs.lost]  # aiortc counts on past the wrap
    assert (theirs.fmt, theirs.media_ssrc, lost) == (1, 77, wanted)


def test_a_nack_by_aiortc_is_read() -> None:
    theirs = bytes(oracle.RtcpRtpfbPacket(fmt=1, ssrc=3, media_ssrc=4, lost=[5, 6, 30]))
    assert list(rtcp.read(theirs)) == [rtcp.Nack(4, (5, 6, 30))]


def test_picture_loss_both_ways() -> None:
    (theirs,) = oracle.RtcpPacket.parse(rtcp.picture_loss(9))
    assert isinstance(theirs, oracle.RtcpPsfbPacket) and (theirs.fmt, theirs.media_ssrc) == (1, 9)
    full_intra = rtcp.feedback(
        206, 4, 0, bytes.fromhex("000000090500 0000 0000000a06000000".replace(" ", ""))
    )
    assert list(rtcp.read(full_intra)) == [rtcp.PictureLoss(9), rtcp.PictureLoss(10)]


@given(st.integers(0, 2**40), st.lists(st.integers(0, 2**32 - 1), max_size=5))
def test_estimates_keep_eighteen_bits(bitrate: int, ssrcs: list[int]) -> None:
    message = rtcp.bandwidth_estimate(bitrate, ssrcs)
    (back,) = rtcp.read(message)
    assert isinstance(back, rtcp.BandwidthEstimate)
    assert back.ssrcs == tuple(ssrcs) and back.bitrate <= bitrate and bitrate - back.bitrate <= bitrate >> 17
    (theirs,) = oracle.RtcpPacket.parse(message)
    assert isinstance(theirs, oracle.RtcpPsfbPacket)
    assert oracle.unpack_remb_fci(theirs.fci) == (back.bitrate, ssrcs)


def test_reports_both_ways() -> None:
    block = rtcp.ReportBlock(7, 12, -3, 70_000, 55, 99, 100)
    (theirs,) = oracle.RtcpPacket.parse(rtcp.receiver_report([block]))
    assert isinstance(theirs, oracle.RtcpRrPacket)
    assert theirs.reports == [oracle.RtcpReceiverInfo(7, 12, -3, 70_000, 55, 99, 100)]
    assert list(rtcp.read(bytes(theirs))) == [block]
    report = rtcp.SenderReport(5, 0x0102030405060708, 90_000, 10, 1000)
    (sender,) = oracle.RtcpPacket.parse(rtcp.sender_report(report))
    assert isinstance(sender, oracle.RtcpSrPacket)
    assert sender.sender_info == oracle.RtcpSenderInfo(0x0102030405060708, 90_000, 10, 1000)
    sender.reports.append(theirs.reports[0])
    assert list(rtcp.read(bytes(sender))) == [report, block]


def test_compound_packets_and_their_padding() -> None:
    bye = bytes(oracle.RtcpByePacket(sources=[1]))
    compound = rtcp.receiver_report([]) + bye + rtcp.picture_loss(4)
    assert list(rtcp.read(compound)) == [rtcp.PictureLoss(4)]
    padded = bytearray(rtcp.nack(1, [2]) + b"\0\0\0\4")
    padded[0] |= 0x20
    padded[3] += 1
    assert list(rtcp.read(bytes(padded))) == [rtcp.Nack(1, (2,))]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    list(rtcp.read(data))
    rtcp.sender(data)


@given(st.sampled_from([200, 201, 205, 206]), st.integers(0, 31), st.binary(max_size=120))
def test_any_body_is_read_without_an_error(kind: int, count: int, body: bytes) -> None:
    body += bytes(-len(body) % 4)
    for padding in (0, 0x20):
        list(rtcp.read(bytes((0x80 | padding | count, kind)) + (len(body) // 4).to_bytes(2, "big") + body))
