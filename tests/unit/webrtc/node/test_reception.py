"""Loss, reordering and wrap-around of one stream."""

import random

from assist.webrtc.node.rtp import reception
from assist.webrtc.node.rtp.reception import Reception


def take(stream: Reception, sequence: int, now: float = 0.0) -> tuple[bool, list[int]]:
    """As the packet loop does: the expected packet is counted there."""
    if sequence == stream.expected:
        stream.received += 1
        stream.expected = (sequence + 1) & 0xFFFF
        stream.cycles += 0x10000 if sequence == 0xFFFF else 0
        return True, []
    return stream.irregular(sequence, now)


def test_a_gap_is_asked_for_at_once_and_again_later() -> None:
    stream = Reception()
    take(stream, 10)
    assert take(stream, 13) == (True, [11, 12])
    assert stream.due(0.01) == []
    assert stream.due(reception.FIRST_RETRY_S) == [11, 12]
    assert stream.due(reception.FIRST_RETRY_S + 0.01) == []


def test_reordering_fills_the_gap_and_is_forwarded_once() -> None:
    stream = Reception()
    take(stream, 10)
    take(stream, 12)
    assert take(stream, 11) == (True, [])
    assert take(stream, 11) == (False, []), "a double"
    assert stream.missing == {} and stream.received == 3


def test_wrap_around_with_loss_at_the_seam() -> None:
    stream = Reception()
    take(stream, 0xFFFE)
    assert take(stream, 1) == (True, [0xFFFF, 0])
    assert stream.due(1.0) == [0xFFFF, 0], "in the order they were sent"
    take(stream, 0)
    report = stream.report(7, 0.0)
    assert report is not None and (report.highest, report.lost) == (0x10001, 1)
    for sequence in (2, 3):
        take(stream, sequence)
    assert stream.cycles == 0x10000 and stream.expected == 4


def test_every_way_over_the_wrap_counts_one_cycle() -> None:
    for steps in ([0xFFFF, 0], [0xFFFF, 1], [0], [1], [0xFFFF]):
        stream = Reception()
        take(stream, 0xFFFE)
        for sequence in steps:
            take(stream, sequence)
        report = stream.report(1, 0.0)
        last = steps[-1]
        assert report is not None and report.highest == (last if last == 0xFFFF else 0x10000 + last)


def test_what_does_not_come_is_given_up() -> None:
    stream = Reception()
    take(stream, 0)
    take(stream, 2)
    asked, now = 1, 0.0
    while stream.missing:
        now += 0.5
        asked += len(stream.due(now))
    assert asked == reception.MAX_ASKS


def test_what_is_too_old_is_given_up() -> None:
    stream = Reception()
    take(stream, 0)
    for sequence in range(2, reception.MAX_AGE + 5):
        take(stream, sequence)
    assert stream.due(10.0) == [] and stream.missing == {}


def test_a_great_jump_either_way_is_a_new_beginning() -> None:
    stream = Reception()
    take(stream, 100)
    assert take(stream, 100 + reception.MAX_GAP + 2) == (True, [])
    assert take(stream, 50_000) == (True, [])
    assert take(stream, 20_000) == (True, [])
    report = stream.report(1, 0.0)
    assert report is not None and (report.highest, report.lost, report.fraction_lost) == (20_000, 0, 0)


def test_fractions_are_of_the_last_interval() -> None:
    stream = Reception()
    for sequence in range(100):
        take(stream, sequence)
    assert stream.report(1, 0.0).fraction_lost == 0  # type: ignore[union-attr]
    for sequence in range(100, 200):
        if sequence % 4:
            take(stream, sequence)
    report = stream.report(1, 0.0)
    assert report is not None and report.fraction_lost == 64 and report.lost == 25


def test_random_loss_and_reordering_end_complete() -> None:
    """Whatever is lost is asked for, and whatever is asked for in time is counted once."""
    dice = random.Random(3)
    stream, forwarded, now = Reception(), [], 0.0
    order = sorted(range(3000), key=lambda n: n + dice.random() * 6)
    for number in order:
        now += 0.001
        sequence = (65_000 + number) & 0xFFFF
        if dice.random() < 0.05:
            continue
        useful, lost = take(stream, sequence, now)
        forwarded += [sequence] if useful else []
        for asked in [*lost, *stream.due(now)]:
            if dice.random() < 0.8 and stream.repaired(asked):
                forwarded.append(asked)
    now += 1
    while stream.missing:
        now += 0.3
        forwarded += [asked for asked in stream.due(now) if stream.repaired(asked)]
    first = forwarded[0]
    ahead = {(sequence - first) & 0xFFFF for sequence in forwarded}
    assert len(forwarded) == len(set(forwarded))
    assert ahead >= set(range(max(n for n in ahead if n < 0x8000)))


def test_jitter_follows_the_definition() -> None:
    stream = Reception()
    stream.note_transit(0.0, 0, 90_000)
    stream.note_transit(0.043, 3000, 90_000)  # due after 33.3 ms, came after 43
    assert abs(stream.jitter - (0.043 * 90_000 - 3000) / 16) < 1e-6
    steady = Reception()
    for frame in range(100):
        steady.note_transit(frame / 30, (0xFFFFF000 + frame * 3000) & 0xFFFFFFFF, 90_000)
    assert steady.jitter < 1.0, "the timestamp's wrap is no jitter"


def test_the_first_ones_may_overtake_each_other() -> None:
    stream = Reception()
    assert take(stream, 12) == (True, [])
    assert take(stream, 10) == (True, [11]), "sent before the first that came; what is between is asked for"
    assert take(stream, 10) == (False, []), "a double"
    assert take(stream, 11) == (True, [])
    assert take(stream, 9) == (True, [])
    assert take(stream, 13) == (True, [])
    report = stream.report(1, 0.0)
    assert report is not None and (report.highest, report.lost) == (13, 0)


def test_so_may_those_after_a_jump_and_over_the_wrap() -> None:
    stream = Reception()
    take(stream, 100)
    take(stream, 5001)
    assert take(stream, 5000) == (True, [])
    wrapped = Reception()
    assert take(wrapped, 1) == (True, [])
    assert take(wrapped, 0xFFFE) == (True, [0xFFFF, 0])
    assert take(wrapped, 2) == (True, [])
    report = wrapped.report(1, 0.0)
    assert report is not None and (report.highest, report.lost) == (2, 2)


def test_what_lies_too_far_before_the_first_is_left() -> None:
    stream = Reception()
    take(stream, 1000)
    assert take(stream, 1000 - reception.MAX_EARLIER - 1) == (False, [])
    assert take(stream, 1000 - reception.MAX_EARLIER)[0]
