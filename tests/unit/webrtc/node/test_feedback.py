"""Transport-wide feedback, against bytes worked out by hand and a reader written from the draft."""

from hypothesis import given
from hypothesis import strategies as st

from assist.webrtc.node.rtp.feedback import ArrivalLog, status_chunks, transport_feedback


def read(message: bytes) -> tuple[int, int, int, list[float | None]]:
    """Base, reference time in 64 ms, count, and when each packet came (draft section 3.1)."""
    assert message[0] & 0xDF == 0x8F and message[1] == 205
    assert len(message) == 4 + 4 * int.from_bytes(message[2:4], "big")
    end = len(message) - (message[-1] if message[0] & 0x20 else 0)
    base, total = int.from_bytes(message[12:14], "big"), int.from_bytes(message[14:16], "big")
    reference, count = int.from_bytes(message[16:19], "big"), message[19]
    symbols: list[int] = []
    at = 20
    while len(symbols) < total:
        chunk = int.from_bytes(message[at : at + 2], "big")
        at += 2
        if not chunk >> 15:
            symbols += [chunk >> 13 & 3] * (chunk & 0x1FFF)
        elif chunk >> 14 == 3:
            symbols += [chunk >> (12 - 2 * i) & 3 for i in range(7)]
        else:
            symbols += [chunk >> (13 - i) & 1 for i in range(14)]
    ticks, times = reference * 256, []
    for symbol in symbols[:total]:
        size = symbol
        if size:
            ticks += int.from_bytes(message[at : at + size], "big", signed=size == 2)
        at += size
        times.append(ticks / 4000 if size else None)
    assert at == end
    return base, reference, count, times


def test_bytes_worked_out_by_hand() -> None:
    """Packets 65535 and 1 came, 0 did not: deltas 1 ms and 2.5 ms after the reference time 10 × 64 ms."""
    message = transport_feedback(0x01020304, 0xFFFF, [0.641, None, 0.6435], 5)
    assert read(message) == (0xFFFF, 10, 5, [0.641, None, 0.6435])
    assert message[20:22] == b"\xd1\x00" and message[22:24] == b"\x04\x0a"
    assert message[16:20] == b"\x00\x00\x0a\x05"


def test_long_runs_take_one_chunk() -> None:
    assert status_chunks([1] * 100) == b"\x20\x64"
    assert status_chunks([0] * 9 + [2] * 8) == b"\x00\x09\x40\x08"
    assert status_chunks([1, 0, 2, 0, 0, 0, 1]) == bytes.fromhex("d201")


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.one_of(st.none(), st.floats(0, 3)), min_size=1, max_size=400).filter(any),
    st.integers(0, 255),
)
def test_every_arrival_can_be_read_back(base: int, offsets: list[float | None], count: int) -> None:
    times = [None if offset is None else 1000.0 + offset for offset in offsets]
    got = read(transport_feedback(1, base, times, count))
    assert (got[0], got[2], len(got[3])) == (base, count, len(times))
    for wanted, found in zip(times, got[3], strict=True):
        assert (wanted is None) == (found is None)
        if wanted is not None and found is not None:
            assert abs(wanted - found) <= 0.00026


def test_reports_follow_each_other_without_gap_across_the_wrap() -> None:
    log = ArrivalLog()
    log.arrivals += [(0xFFFD, 10.0), (0xFFFE, 10.001)]
    first = log.report(1)
    log.arrivals += [(1, 10.1), (0, 10.102)]  # 0xFFFF is lost; 0 and 1 came in the wrong order
    second = log.report(1)
    assert first is not None and second is not None
    assert read(first)[0] == 0xFFFD and read(first)[2] == 0
    base, _, count, times = read(second)
    assert (base, count, [t is not None for t in times]) == (0xFFFF, 1, [False, True, True])
    assert log.report(1) is None


def test_a_straggler_does_not_turn_the_log_back() -> None:
    log = ArrivalLog()
    log.arrivals += [(100, 1.0), (101, 1.0)]
    log.report(1)
    log.arrivals.append((99, 1.1))
    late = log.report(1)
    assert late is not None and read(late)[0] == 99
    log.arrivals.append((102, 1.2))
    following = log.report(1)
    assert following is not None and read(following)[0] == 102


def test_a_great_jump_is_cut_to_one_datagram() -> None:
    log = ArrivalLog()
    log.arrivals += [(0, 1.0), (30_000, 1.1)]
    message = log.report(1)
    assert message is not None and len(message) < 1200
