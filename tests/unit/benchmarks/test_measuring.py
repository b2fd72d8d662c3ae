"""What the figures hang on: the percentile, the search for a limit, and that no turn takes for ever."""

import asyncio
import gc
import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import Figure, Line, Missing, percentile
from benchmarks import __main__ as command
from benchmarks.media import delay
from benchmarks.media.capacity import most_that_hold
from benchmarks.media.traffic import uncollected
from benchmarks.media.turns import TurnFailed, part, taken, within


def test_a_percentile_is_one_of_the_values_and_leaves_no_more_than_its_share_above() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert percentile(values, 0.95) == 95
    assert percentile(values, 1.0) == 100
    assert percentile([7.0], 0.5) == percentile([7.0], 0.99) == 7
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2
    with pytest.raises(ValueError):
        percentile([], 0.5)


@given(st.integers(0, 250), st.integers(10, 190))
def test_the_search_finds_the_limit_to_a_few_percent(limit: int, most: int) -> None:
    tried: list[int] = []

    async def holds(number: int) -> bool:
        tried.append(number)
        return number <= limit

    start = 10
    found = asyncio.run(most_that_hold(holds, start, most))
    assert max(tried) <= most and len(tried) == len(set(tried)) <= 14
    if limit < start:
        assert found == 0
    else:
        top = min(limit, most)
        assert found <= top and top - found <= max(1, found * 0.06)


async def test_a_turn_that_does_not_work_is_taken_again_but_not_for_ever() -> None:
    taken_turns = 0

    async def fails_once() -> str:
        nonlocal taken_turns
        taken_turns += 1
        if taken_turns == 1:
            raise ConnectionError("no answer")
        return "found"

    assert await taken("turn", fails_once, 1) == "found"
    assert taken_turns == 2

    async def hangs() -> None:
        await asyncio.Event().wait()

    begun = time.monotonic()
    with pytest.raises(TurnFailed, match="turn"):
        await taken("turn", hangs, 0.05, tries=3)
    assert time.monotonic() - begun < 5


async def test_a_disturbed_turn_is_taken_again_and_the_last_one_counts() -> None:
    results = iter((0.5, 0.6, 0.7, 0.8))

    async def turn() -> float:
        return next(results)

    assert await taken("turn", turn, 1, lambda found: found > 0.55) == 0.6
    assert await taken("turn", turn, 1, lambda found: found > 0.9, tries=2) == 0.8


async def test_work_that_does_not_heed_being_cancelled_does_not_hold_us(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("benchmarks.media.turns.LETS_GO_S", 0.1)
    done = asyncio.Event()

    async def deaf() -> None:
        while not done.is_set():
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                continue

    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        await within(0.05, deaf())
    assert time.monotonic() - begun < 2
    done.set()
    await asyncio.sleep(0.05)


def test_a_part_that_cannot_be_measured_is_missing_and_no_more() -> None:
    async def works() -> list[Line]:
        return [Figure("a", 1.0, "s")]

    async def lacks() -> list[Line]:
        raise Missing("no Janus")

    async def breaks() -> list[Line]:
        raise KeyError("x")

    assert [line.name for line in part(("a",), works) if isinstance(line, Figure)] == ["a"]
    for broken in (lacks, breaks):
        lines = list(part(("a", "b"), broken))
        assert [line.figure for line in lines if isinstance(line, Missing)] == ["a", "b"]


def test_the_slowest_packets_are_told_by_the_moment_they_left_in() -> None:
    even = [(0.5, n / 1000, 0.1) for n in range(7990)]
    held = [(40.0 - n, 3.21 + n / 1000, 2.0 + n) for n in range(6)]
    found = delay.slowest([*even, (25.0, 6.0, 90.0), *held])
    assert found == [delay.Slow(3.2, 6, 40.0, 7.0), delay.Slow(6.0, 1, 25.0, 90.0)]


def test_a_generator_is_not_held_by_its_own_garbage_collector() -> None:
    rounds: list[str] = []

    def note(phase: str, _: dict[str, int]) -> None:
        rounds.append(phase)

    with uncollected():
        gc.callbacks.append(note)
        kept = [[number] for number in range(50_000)]
        gc.callbacks.remove(note)
    assert len(kept) == 50_000 and rounds == [] and gc.isenabled()


def test_a_benchmark_that_does_not_end_is_ended_and_cleans_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cleaned = []

    def figures(name: str, quick: bool) -> Iterator[Line]:
        if name == "zones":
            yield Figure("zones.fine", 1, "ms")
            return

        async def hangs() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                cleaned.append(name)

        asyncio.run(hangs())
        yield Figure("never", 1, "ms")

    monkeypatch.delenv("CI_REQUIRE_ALL", raising=False)
    monkeypatch.setattr(command, "figures", figures)
    monkeypatch.setattr(command, "LONGEST_S", 0.2)
    assert command.main(["travel", "zones"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["name"], line["value"]) for line in told] == [("travel", None), ("zones.fine", 1)]
    assert "not over" in told[0]["missing"] and cleaned == ["travel"]
