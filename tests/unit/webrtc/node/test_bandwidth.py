"""What weak viewers may and may not do to the others."""

from itertools import pairwise

from assist.webrtc.node.rtp.bandwidth import FLOOR, UNLIMITED, Allowance, KeyFrameGate, Limit


def test_low_guesses_of_a_fresh_receiver_hold_nobody_back() -> None:
    limit = Limit()
    assert limit.update([300_000], flowing=250_000) is None
    assert limit.update([], flowing=250_000) is None


def test_a_congested_only_viewer_limits_the_publisher() -> None:
    limit = Limit()
    assert limit.update([800_000], flowing=1_000_000) == 880_000
    assert limit.update([900_000], flowing=850_000) == 990_000, "it grows as the estimate grows"
    assert limit.update([5_000_000], flowing=1_000_000) == UNLIMITED
    assert limit.update([5_000_000], flowing=1_000_000) is None


def test_one_weak_viewer_does_not_drag_the_others() -> None:
    limit = Limit()
    assert limit.update([80_000, 2_000_000], flowing=1_500_000) is None
    assert limit.update([80_000, 1_200_000], flowing=1_500_000) == 1_320_000


def test_a_limit_has_a_floor_and_ends_with_its_viewers() -> None:
    limit = Limit()
    assert limit.update([1_000], flowing=500_000) == FLOOR
    assert limit.update([], flowing=FLOOR) == UNLIMITED
    assert limit.current is None


def test_retransmissions_are_a_share_of_the_leg() -> None:
    allowance = Allowance(octets=1000)
    assert allowance.take(800) and not allowance.take(800)
    allowance.refill(sent=125_000, seconds=1.0)
    assert allowance.take(60_000)
    for _ in range(100):
        allowance.refill(sent=0, seconds=1.0)
    assert not allowance.take(60_000), "what is saved up has an end"


def test_key_frame_requests_back_off_and_recover() -> None:
    gate = KeyFrameGate()
    passed = [t / 10 for t in range(300) if gate.open(t / 10)]
    assert passed[0] == 0.0 and len(passed) < 14
    assert max(b - a for a, b in pairwise(passed)) <= 4.1
    assert gate.open(60.0) and gate.open(60.5)
