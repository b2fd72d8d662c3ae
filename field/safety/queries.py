"""Reading check-ins: one's own, and the alerts at the console."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.dispatch.tables import RepPosition
from field.grid.tables import Rep
from field.safety.policies import Policy, policy_of
from field.safety.tables import EVERYWHERE, LoneStep, LoneTimer
from field.safety.timer import ALERTS, MINUTES
from field.safety.views import (
    AlertRepView,
    AlertTaskView,
    LastPlaceView,
    LoneAlertView,
    LoneStepView,
    OwnSafetyView,
    SafetyPolicyView,
    TimerView,
)
from field.task.tables import Task
from kernel.identity.staff import Staff


async def own_safety(session: AsyncSession, staff_id: UUID, now: datetime) -> OwnSafetyView:
    """What a representative's phone has to know."""
    rep = (await session.scalars(select(Rep).where(Rep.staff_id == staff_id, Rep.active))).first()
    policy = await policy_of(session, rep.station if rep else EVERYWHERE)
    timer = None
    if rep is not None:
        query = select(LoneTimer).where(LoneTimer.rep_id == rep.id, LoneTimer.ended_at.is_(None))
        timer = (await session.scalars(query)).one_or_none()
    return OwnSafetyView(
        now=now,
        timer=TimerView(
            id=timer.id,
            task_id=timer.task_id,
            state=timer.state.value,
            minutes=timer.minutes,
            started_at=timer.started_at,
            said_at=timer.said_at,
            ends_at=timer.ends_at,
        )
        if timer
        else None,
        policy=policy_view(policy),
        choices=sorted({*MINUTES, policy.minutes}),
    )


def policy_view(policy: Policy) -> SafetyPolicyView:
    return SafetyPolicyView(
        station=policy.station,
        types=list(policy.types),
        minutes=policy.minutes,
        before_s=policy.before_s,
        climb_s=policy.climb_s,
        climb_on_s=policy.climb_on_s,
        version=policy.version,
    )


async def alerts(session: AsyncSession, now: datetime) -> list[LoneAlertView]:
    """All that stand, those that nobody has answered first, the oldest of them before the others."""
    query = (
        select(LoneTimer, Rep, Task, RepPosition, Staff.name)
        .join(Rep, Rep.id == LoneTimer.rep_id)
        .join(Task, Task.id == LoneTimer.task_id)
        .outerjoin(RepPosition, RepPosition.rep_id == LoneTimer.rep_id)
        .outerjoin(Staff, Staff.id == LoneTimer.answered_by_id)
        .where(LoneTimer.ended_at.is_(None), LoneTimer.state.in_(ALERTS))
        .order_by(LoneTimer.ends_at)
    )
    found = (await session.execute(query)).all()
    steps: dict[UUID, list[LoneStepView]] = defaultdict(list)
    taken = select(LoneStep).where(LoneStep.timer_id.in_([row[0].id for row in found]))
    for step in await session.scalars(taken.order_by(LoneStep.timer_id, LoneStep.number)):
        view = LoneStepView(kind=step.kind.value, at=step.at, happened_at=step.happened_at)
        steps[step.timer_id].append(view)
    shown = [_alert(*row, steps[row[0].id], now) for row in found]
    return sorted(shown, key=lambda alert: alert.answered_by is not None)


def _alert(
    timer: LoneTimer,
    rep: Rep,
    task: Task,
    seen: RepPosition | None,
    answered_by: str | None,
    steps: list[LoneStepView],
    now: datetime,
) -> LoneAlertView:
    return LoneAlertView(
        id=timer.id,
        version=timer.version,
        state=timer.state.value,
        rep=AlertRepView(id=rep.id, code=rep.code, name=rep.name, name_en=rep.name_en, phone=rep.phone),
        task=AlertTaskView(id=task.id, address=task.address, lon=task.lon, lat=task.lat),
        place=LastPlaceView(
            lon=seen.lon,
            lat=seen.lat,
            accuracy_m=seen.accuracy_m,
            at=seen.at,
            age_s=max(0, int((now - seen.at).total_seconds())),
        )
        if seen
        else None,
        said_at=timer.said_at,
        ends_at=timer.ends_at,
        answered_by=answered_by,
        steps=steps,
    )
