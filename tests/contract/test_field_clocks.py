"""The field's clocks are jobs of their own: one that hangs or fails keeps no other waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from field.visits.capability import capability
from field.visits.sweeps import CLOCKS
from kernel.jobs import Job, Turn, keep_doing
from tests.rig.town import Town, inside


async def hangs(_turn: Turn) -> None:
    await asyncio.Event().wait()


async def fails(_turn: Turn) -> None:
    raise RuntimeError("always")


def clock_jobs(broken: str, run: Callable[[Turn], Awaitable[object]]) -> list[Job]:
    """The house's own jobs for clocks, in a hurry; one of them broken."""
    names = {f"visits.{clock.name}" for clock in CLOCKS}
    jobs = [replace(job, every_s=0.05, after_s=0.0) for job in capability.jobs if job.name in names]
    assert {job.name for job in jobs} == names
    return [replace(job, run=run) if job.name == f"visits.{broken}" else job for job in jobs]


@pytest.mark.parametrize("broken", [clock.name for clock in CLOCKS])
@pytest.mark.parametrize("run", [hangs, fails])
async def test_a_clock_that_hangs_or_fails_stops_no_other(
    town: Town, broken: str, run: Callable[[Turn], Awaitable[object]]
) -> None:
    task = await town.task(where=inside("A1"), severity="urgent")
    town.clock.advance(3 * 3600)  # nobody has answered, and the promised two hours are over
    going = [asyncio.create_task(keep_doing(job, town.house)) for job in clock_jobs(broken, run)]
    try:
        async with asyncio.timeout(60):
            while True:
                now = await town.reload(task)
                if (broken == "unanswered" or now.refused_by) and (broken == "late" or now.late_since):
                    break
                await asyncio.sleep(0.05)
    finally:
        for each in going:
            each.cancel()
        await asyncio.gather(*going, return_exceptions=True)
