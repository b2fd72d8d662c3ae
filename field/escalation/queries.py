"""Reading escalations: those that stand, one with its ladder, a representative's own; and the rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.escalation.ladder import DEFAULTS, ClimbState, EscalationKind
from field.escalation.rules import kept
from field.escalation.tables import ANY, AreaLead, Escalation, EscalationRule
from field.escalation.views import (
    AreaLeadView,
    AskedPersonView,
    AskedView,
    EscalatedByMeView,
    EscalationRulesView,
    EscalationRuleView,
    EscalationView,
    OwnEscalationsView,
    PutToMeView,
    RungView,
)
from field.grid.tables import Rep, Zone
from field.task.tables import Task
from field.task.task import TaskState
from kernel.errors import NotFound
from kernel.identity.staff import Staff

TOLD: Final = timedelta(hours=12)
"""So long a phone tells of what its owner escalated."""
SHOWN: Final = 20

_STANDING = (
    select(Escalation, Rep)
    .join(Task, Task.id == Escalation.task_id)
    .join(Rep, Rep.id == Escalation.rep_id)
    .where(Escalation.ended_at.is_(None), Task.state == TaskState.ESCALATED)
    .order_by(Escalation.opened_at, Escalation.id)
)

People = dict[UUID, AskedPersonView]


async def standing_escalations(session: AsyncSession) -> list[EscalationView]:
    """All that stand, the oldest first."""
    rows = (await session.execute(_STANDING)).all()
    people = await _people(session, [row for row, _ in rows])
    return [_view(row, rep, people, over=False) for row, rep in rows]


async def escalation_of(session: AsyncSession, task_id: UUID) -> EscalationView:
    """The last escalation of a task. Raises NotFound."""
    query = (
        select(Escalation, Rep, Task.state)
        .join(Rep, Rep.id == Escalation.rep_id)
        .join(Task, Task.id == Escalation.task_id)
        .where(Escalation.task_id == task_id)
        .order_by(Escalation.id.desc())
        .limit(1)
    )
    found = (await session.execute(query)).first()
    if found is None:
        raise NotFound()
    row, rep, state = found
    return _view(row, rep, await _people(session, [row]), over=state is not TaskState.ESCALATED)


async def own_escalations(session: AsyncSession, staff_id: UUID, now: datetime) -> OwnEscalationsView:
    """What a representative's phone shows of escalations."""
    rep = (await session.scalars(select(Rep).where(Rep.staff_id == staff_id, Rep.active))).first()
    if rep is None:
        return OwnEscalationsView(own=[], put_to_me=[])
    query = (
        select(Escalation, Task)
        .join(Task, Task.id == Escalation.task_id)
        .where(Escalation.rep_id == rep.id, Escalation.opened_at > now - TOLD)
        .order_by(Escalation.opened_at.desc())
        .limit(SHOWN)
    )
    mine = (await session.execute(query)).all()
    put = (await session.execute(_STANDING.add_columns(Task).where(Escalation.holder_id == staff_id))).all()
    people = await _people(session, [row for row, _ in mine] + [row for row, _, _ in put])
    return OwnEscalationsView(
        own=[_own(row, task, people, rep) for row, task in mine],
        put_to_me=[_put_to_me(row, by, task) for row, by, task in put],
    )


def _own(row: Escalation, task: Task, people: People, rep: Rep) -> EscalatedByMeView:
    return EscalatedByMeView(
        id=row.id,
        task_id=task.id,
        address=task.address,
        category=task.category,
        fault=task.fault,
        kind=row.kind.value,
        state=_state(row, over=task.state is not TaskState.ESCALATED),
        holder=people[row.holder_id],
        opened_at=row.opened_at,
        due_at=row.next_at if task.state is TaskState.ESCALATED else None,
        climbs=_climbs(row),
        task_state=task.state.value,
        mine=task.rep_id == rep.id,
    )


def _put_to_me(row: Escalation, by: Rep, task: Task) -> PutToMeView:
    return PutToMeView(
        id=row.id,
        version=row.version,
        task_id=task.id,
        address=task.address,
        category=task.category,
        fault=task.fault,
        severity=task.severity,
        kind=row.kind.value,
        reason=task.escalation_reason,
        rep=AskedPersonView(id=by.id, name=by.name, name_en=by.name_en),
        rep_phone=by.phone,
        due_at=row.next_at,
    )


async def rules_shown(session: AsyncSession) -> EscalationRulesView:
    """Every rule, the defaults of the kinds for which none holds everywhere, leads, and who can be named."""
    rules = (
        await session.scalars(
            select(EscalationRule).order_by(
                EscalationRule.kind, EscalationRule.station, EscalationRule.category
            )
        )
    ).all()
    staff = (await session.scalars(select(Staff).where(Staff.active).order_by(Staff.name, Staff.id))).all()
    people = {each.id: _person(each) for each in staff}
    leads = {(each.level, each.code): each for each in await session.scalars(select(AreaLead))}
    areas = (await session.execute(select(Zone.station, Zone.sub_area).where(Zone.active).distinct())).all()
    codes = sorted(
        {("station", station) for station, _ in areas if station}
        | {("sub_area", sub_area) for _, sub_area in areas if sub_area}
    )
    everywhere = {rule.kind for rule in rules if rule.station == ANY and rule.category == ANY}
    shown = [_rule(rule.kind, rule.rungs, rule.always, people, rule) for rule in rules]
    shown += [
        _rule(kind, kept(DEFAULTS[kind].rungs), DEFAULTS[kind].always, people)
        for kind in EscalationKind
        if kind not in everywhere
    ]
    order = [kind.value for kind in EscalationKind]
    shown.sort(key=lambda rule: (order.index(rule.kind), rule.station, rule.category))
    return EscalationRulesView(
        rules=shown,
        leads=[
            AreaLeadView(
                level=level,
                code=code,
                person=people.get(leads[level, code].staff_id) if (level, code) in leads else None,
            )
            for level, code in codes
        ],
        colleagues=list(people.values()),
    )


def _rule(
    kind: EscalationKind,
    rungs: Iterable[dict[str, Any]],
    always: bool,
    people: People,
    row: EscalationRule | None = None,
) -> EscalationRuleView:
    return EscalationRuleView(
        id=row.id if row else None,
        version=row.version if row else None,
        kind=kind.value,
        station=row.station if row else ANY,
        category=row.category if row else ANY,
        rungs=_rungs(rungs, people),
        always=always,
    )


def _rungs(rungs: Iterable[dict[str, Any]], people: People) -> list[RungView]:
    return [
        RungView(
            whom=each["whom"],
            minutes=each["minutes"],
            person=people.get(UUID(each["staff_id"])) if each["staff_id"] else None,
        )
        for each in rungs
    ]


def _view(row: Escalation, rep: Rep, people: People, *, over: bool) -> EscalationView:
    return EscalationView(
        id=row.id,
        version=row.version,
        task_id=row.task_id,
        kind=row.kind.value,
        state=_state(row, over=over),
        rep=AskedPersonView(id=rep.id, name=rep.name, name_en=rep.name_en),
        rep_phone=rep.phone,
        holder=people[row.holder_id],
        rung=row.rung,
        rungs=_rungs(row.rungs, people),
        always=row.always,
        since=row.since,
        due_at=None if over else row.next_at,
        climbs=_climbs(row),
        asked=[
            AskedView(
                rung=each["rung"],
                what=each["what"],
                at=datetime.fromisoformat(each["at"]),
                person=people.get(UUID(each["staff"])),
            )
            for each in row.asked
        ],
    )


def _state(row: Escalation, *, over: bool) -> str:
    return ClimbState.ENDED.value if over else row.state.value


def _climbs(row: Escalation) -> int:
    return sum(each["what"] in ("climb", "repeat", "move") for each in row.asked)


def _person(staff: Staff) -> AskedPersonView:
    return AskedPersonView(id=staff.id, name=staff.name, name_en=staff.name_en)


async def _people(session: AsyncSession, rows: Sequence[Escalation]) -> People:
    ids = {row.holder_id for row in rows}
    ids |= {UUID(each["staff"]) for row in rows for each in row.asked}
    ids |= {UUID(each["staff_id"]) for row in rows for each in row.rungs if each["staff_id"]}
    return {each.id: _person(each) for each in await session.scalars(select(Staff).where(Staff.id.in_(ids)))}
