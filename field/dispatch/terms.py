"""What a placing must honour about times and people: a task's windows, who is wished for, whose contract
covers it.

A task may be done in one of several windows (``Task.windows``; empty: there is one, ``window_start`` to
``window_end``). While nobody has it, ``window_start`` and ``window_end`` span all of them. When it is placed
they become the window it was placed into: that is what its customer is told and what its route keeps. Placed
again, it may get another of them.

Wishes stand in the task itself (``Task.wishes``): ``prefer`` and ``refuse``, by representative the code of
the reason, and ``bonus_s``, the detour that one who is preferred is worth. What was said of an address for
all times is written into a task when it is made. What a contractor may get stands with each of its
representatives (``Rep.contract``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.engine.gaps import Terms
from field.dispatch.engine.route import Span
from field.dispatch.engine.search import Rule
from field.dispatch.tables import StandingWish, WishPolicy
from field.grid.store import ZoneBrief
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.tables import Task
from field.task.window import last_start, window_of
from kernel.sql.addresses import place_key

PREFER: Final = "prefer"
REFUSE: Final = "refuse"
PER_MILLE: Final = 1000

Agreed = Iterable[tuple[UUID, Mapping[str, Any]]]
"""Representatives and their contracts; an empty one is the utility's own."""


def spans_of(task: Task) -> tuple[Span, ...]:
    """All windows of the task, in order, in seconds of Unix time."""
    if task.windows:
        return tuple((int(start), int(end)) for start, end in task.windows)
    return ((int(task.window_start.timestamp()), int(task.window_end.timestamp())),)


def open_spans(task: Task) -> tuple[Span, ...]:
    """The windows, as far as what the task waits for and its permit leave them open; where they leave
    nothing, the one that has moved (:mod:`field.task.window`).
    """
    opens, closes = window_of(task)
    last = last_start(task)
    first = None if task.not_before is None else int(task.not_before.timestamp())
    until = None if last is None else int(last.timestamp())
    left = tuple(
        (start if first is None else max(start, first), end if until is None else min(end, until))
        for start, end in spans_of(task)
    )
    kept = tuple(span for span in left if span[0] <= span[1])
    return kept or ((int(opens.timestamp()), int(closes.timestamp())),)


def set_windows(task: Task, windows: Sequence[tuple[datetime, datetime]]) -> None:
    """Let the task be done in any of these; of one alone nothing else is kept."""
    spans = [[int(start.timestamp()), int(end.timestamp())] for start, end in windows]
    task.windows = spans if len(spans) > 1 else []
    task.window_start, task.window_end = windows[0][0], windows[-1][1]


def loosen(task: Task) -> None:
    """Nobody has the task: any of its windows will do again."""
    if task.windows:
        task.window_start, task.window_end = _moment(task.windows[0][0]), _moment(task.windows[-1][1])


def window_for(task: Task, start: int) -> Span:
    """The window in which a visit begins that begins at ``start``; the last one where it comes too late."""
    spans = spans_of(task)
    return next((span for span in spans if start <= span[1]), spans[-1])


def settle(task: Task, start: int) -> None:
    """The task has a place: its window is the one in which it begins."""
    if task.windows:
        task.window_start, task.window_end = map(_moment, window_for(task, start))


def still_from(task: Task, moment: datetime) -> bool:
    """Leave only what of the windows lies behind a moment; False, and nothing is changed, where that is
    none.
    """
    at = int(moment.timestamp())
    left = [[max(start, at), end] for start, end in task.windows if end > at]
    if not left:
        return False
    task.windows = left if len(left) > 1 else []
    task.window_start, task.window_end = _moment(left[0][0]), _moment(left[-1][1])
    return True


def contracted(people: Agreed) -> tuple[tuple[UUID, Mapping[str, Any]], ...]:
    """Those of them who work for a contractor."""
    return tuple((rep_id, contract) for rep_id, contract in people if contract)


def terms_of(task: Task, people: Agreed, zones: Mapping[UUID, ZoneBrief]) -> Terms:
    """Who must not have the task and who is wished for. ``people``: those who work for contractors."""
    wishes = task.wishes or {}
    barred = {UUID(rep_id): Rule.NOT_WISHED.number for rep_id in wishes.get(REFUSE, {})}
    surcharge = {UUID(rep_id): -int(wishes["bonus_s"]) for rep_id in wishes.get(PREFER, {})}
    zone = zones.get(task.zone_id) if task.zone_id else None
    for rep_id, contract in people:
        if not covers(contract, task.type, task.zone_id, zone.station if zone else None):
            barred.setdefault(rep_id, Rule.NOT_IN_CONTRACT.number)
        dearer = task.duration_s * (int(contract["cost_permille"]) - PER_MILLE) // PER_MILLE
        surcharge[rep_id] = surcharge.get(rep_id, 0) + dearer
    return Terms(barred, surcharge)


def covers(contract: Mapping[str, Any], kind: str, zone_id: UUID | None, station: str | None) -> bool:
    """Whether a contract covers a kind of task there: a station's zones, or zones by name."""
    there = station in contract["stations"] or (zone_id is not None and str(zone_id) in contract["zones"])
    return kind in contract["types"] and there


def wishes_of(wishes: Iterable[tuple[UUID, str, str]], bonus_s: int) -> dict[str, Any]:
    """Wishes as a task keeps them: representative, kind and code of each."""
    listed = list(wishes)
    if not listed:
        return {}
    told = {
        kind: {str(rep_id): code for rep_id, each, code in listed if each == kind}
        for kind in (PREFER, REFUSE)
    }
    return {**told, "bonus_s": bonus_s}


async def standing_wishes(session: AsyncSession, address: str, now: datetime) -> dict[str, Any]:
    """What was said of an address for all times, as a task keeps it."""
    door = place_key(address)
    if not door:
        return {}
    columns = select(StandingWish.rep_id, StandingWish.kind, StandingWish.code)
    found = (await session.execute(columns.where(StandingWish.door == door, StandingWish.until > now))).all()
    if not found:
        return {}
    return wishes_of(
        ((row.rep_id, row.kind, row.code) for row in found), (await policy_of(session)).preferred_s
    )


@dataclasses.dataclass(frozen=True)
class WishRules:
    """As :class:`~field.dispatch.tables.WishPolicy` keeps it."""

    preferred_s: int = 900
    keep_days: int = 730
    version: int | None = None


THE_POLICY: Final = "wishes"


async def policy_of(session: AsyncSession) -> WishRules:
    """What wishes weigh: what is written down, else what the house begins with."""
    row = await session.get(WishPolicy, THE_POLICY)
    return WishRules() if row is None else WishRules(row.preferred_s, row.keep_days, row.version)


async def terms_among(
    session: AsyncSession, services: FieldServices, task: Task, reps: Iterable[Rep]
) -> Terms:
    """The task's terms among a few representatives."""
    people = contracted((rep.id, rep.contract) for rep in reps)
    briefs = (await services.grid.current(session)).briefs if people else {}
    return terms_of(task, people, briefs)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
