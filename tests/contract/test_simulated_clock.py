"""A clock that runs faster: shown alike by all who were told the same, and never beside real data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from app.build import clock_of
from kernel.actors import Role
from kernel.clock import ManualClock, ScaledClock
from kernel.database import Database, UnitOfWork
from kernel.identity.simulated import NotSimulated, mark_simulated
from kernel.identity.staff import add_staff
from kernel.settings import Settings

SEVEN = datetime(2026, 11, 21, 7, tzinfo=UTC)
SINCE = datetime(2026, 11, 30, 3, tzinfo=UTC)


def test_a_minute_is_twenty_four_and_seconds_of_patience_stay() -> None:
    base = ManualClock(SINCE)
    clock = ScaledClock(24, SEVEN, SINCE, base)
    base.advance(60)
    assert clock.now() == SEVEN + timedelta(minutes=24)
    assert clock.monotonic() == 60


def test_settings_say_from_when_on() -> None:
    origin = f"{SEVEN.isoformat()}/{SINCE.isoformat()}"
    clock = clock_of(Settings(clock_scale=24, clock_origin=origin))
    assert isinstance(clock, ScaledClock)
    assert not isinstance(clock_of(Settings()), ScaledClock)
    for wrong in ("", "tomorrow/today", SEVEN.isoformat(), "2026-11-21T07:00:00/2026-11-30T03:00:00"):
        with pytest.raises(ValidationError):
            Settings(clock_scale=24, clock_origin=wrong)


async def hire(uow: UnitOfWork) -> None:
    await add_staff(uow, username="dora", name="Dora", roles=frozenset({Role.DISPATCHER}))


async def test_only_what_was_made_for_it_is_sped_up(database: Database) -> None:
    await mark_simulated(database)
    await database.run(hire)
    await mark_simulated(database)  # the next start finds the mark


async def test_real_people_s_data_is_refused(database: Database) -> None:
    await database.run(hire)
    with pytest.raises(NotSimulated):
        await mark_simulated(database)
