"""Rows turned into views."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from field.board.map_views import NextStopView, PositionView, RepView, RestView, RouteView, StopView
from field.board.names import proof_view, rep_name, zone_names
from field.board.owner_notices import notices_for
from field.board.queries import Known, clocks_of, known_to, proofs_of, timeline_of, visit_times
from field.board.rep_queries import RepNow, RouteNow, next_eta
from field.board.shown_conflicts import conflicts_shown, gone_views, own_reports
from field.board.shown_partners import partners_shown
from field.board.views import (
    ConflictView,
    EvidenceView,
    PartnerView,
    PersonView,
    PlacementView,
    TaskDetailView,
    TaskView,
    TimelineView,
    WindowOfTaskView,
    WishOfTaskView,
)
from field.callers import is_console
from field.chains.queries import chains_shown
from field.chains.views import ChainView
from field.dispatch.engine.route import Schedule
from field.dispatch.engine.search import Rule
from field.dispatch.planning import moment
from field.dispatch.terms import PREFER, REFUSE
from field.forms.closing import may_close
from field.forms.filling import may_settle
from field.forms.queries import answers_shown, type_of_task
from field.forms.tables import TaskType
from field.grid.tables import Rep
from field.grid.territory.answering import covered_zones
from field.task.tables import Proof, Task, TaskEntry
from field.task.task import FINAL, IN_ROUTE, By, TaskEvent, allowed
from kernel.actors import Actor

LEADS = (
    *(TaskEvent.COMPLETE, TaskEvent.ESCALATE, TaskEvent.NOT_HOME),
    *(TaskEvent.TAKE_BACK, TaskEvent.CANCEL, TaskEvent.LOCATE),
)
"""What is done on the task itself, never on the stop of whoever comes along."""


async def show_tasks(
    session: AsyncSession, tasks: Sequence[Task], now: datetime, actor: Actor
) -> list[TaskView]:
    """Tasks as lists show them."""
    known = await known_to(session, tasks)
    proofs = await proofs_of(session, known.with_proofs)
    reported = [task for task in tasks if task.id in known.with_conflicts]
    conflicts = await conflicts_shown(session, reported, proofs, actor)
    chains = await chains_shown(session, {task.chain_id for task in tasks if task.chain_id is not None}, now)
    partners = await partners_shown(session, tasks)
    return [
        task_view(
            task,
            known,
            proofs.get(task.id, ()),
            conflicts.get(task.id, []),
            now,
            actor,
            chains.get(task.chain_id) if task.chain_id is not None else None,
            partners.get(task.id),
        )
        for task in tasks
    ]


async def show_task(session: AsyncSession, task: Task, now: datetime, actor: Actor) -> TaskDetailView:
    """One task with its reasons and its timeline."""
    view = (await show_tasks(session, [task], now, actor))[0]
    return TaskDetailView(
        **dict(view),
        placement=PlacementView.model_validate(_placement(task, actor)),
        answers=await answers_shown(session, task),
        timeline=[
            _entry(entry, name, name_en) for entry, name, name_en in await timeline_of(session, task.id)
        ],
    )


def task_view(
    task: Task,
    known: Known,
    proofs: Iterable[Proof],
    conflicts: list[ConflictView],
    now: datetime,
    actor: Actor,
    chain: ChainView | None = None,
    partner: PartnerView | None = None,
) -> TaskView:
    """One task as ``actor`` sees it."""
    visit = known.visits.get(task.id) if task.state in IN_ROUTE else None
    eta, starts_at, ends_at = visit_times(task.state, visit, now) if visit else (None, None, None)
    clocks = clocks_of(task, eta, now)
    rep = known.reps.get(task.rep_id) if task.rep_id else None
    zone = known.zones.get(task.zone_id) if task.zone_id else None
    answerable = known.staff[task.answerable_id]
    kind = known.types.get(task.type)
    return TaskView(
        id=task.id,
        request_id=task.request_id,
        state=task.state.value,
        version=task.version,
        created_at=task.created_at,
        changed_at=task.changed_at,
        category=task.category,
        type=type_of_task(kind, rep.skills if rep else None) if kind else None,
        fault=task.fault,
        severity=task.severity,
        ownership=task.ownership,
        skill=task.skill,
        level=task.level,
        parts=task.parts,
        duration_s=task.duration_s,
        priority=task.priority,
        note=task.note,
        verdict=task.verdict,
        evidence=[_still(still_id) for still_id in task.evidence],
        customer=task.customer,
        address=task.address,
        lon=task.lon,
        lat=task.lat,
        zone=zone_names(zone) if zone else None,
        window_start=task.window_start,
        window_end=task.window_end,
        windows=[WindowOfTaskView(start=moment(start), end=moment(end)) for start, end in task.windows],
        wishes=_wishes(task) if is_console(actor) else [],
        rep=rep_name(rep) if rep else None,
        answerable=PersonView(id=answerable.id, name=answerable.name, name_en=answerable.name_en),
        position=visit.position if visit else None,
        lock=visit.lock if visit else None,
        eta=eta,
        starts_at=starts_at,
        ends_at=ends_at,
        unplaced_reason=task.unplaced_reason,
        escalation_reason=task.escalation_reason,
        response_due_at=task.response_due_at,
        accepted_at=task.accepted_at,
        departed_at=task.departed_at,
        arrived_at=task.arrived_at,
        finished_at=task.finished_at,
        travel_took_s=seconds_between(task.departed_at, task.arrived_at),
        work_took_s=seconds_between(task.arrived_at, task.finished_at),
        erased_at=task.erased_at,
        late_s=clocks.late_s,
        response_overdue=clocks.response_overdue,
        allowed=_allowed(task, rep, kind, actor),
        proofs=[proof_view(proof) for proof in proofs],
        conflicts=conflicts,
        not_before=task.not_before,
        waits_for=task.waits_for,
        chain=chain,
        needs_two=bool(task.needs_two),
        second_skill=task.second_skill or "",
        second_level=task.second_level or 1,
        companion=bool(task.companion),
        partner=partner,
    )


def _allowed(task: Task, rep: Rep | None, kind: TaskType | None, actor: Actor) -> list[str]:
    events: dict[TaskEvent, None] = {}
    if is_console(actor):
        events |= dict.fromkeys(allowed(task.state, By.DISPATCHER))
        if kind is not None and not may_settle(kind, actor):
            events.pop(TaskEvent.SETTLE, None)
    if rep is not None and rep.staff_id == actor.id:
        events |= dict.fromkeys(allowed(task.state, By.REP))
        if kind is not None and not may_close(kind.close_level, kind.skill, rep.skills):
            events.pop(TaskEvent.COMPLETE, None)
    if task.companion:
        for event in LEADS:
            events.pop(event, None)
    return [] if task.state in FINAL else [event.value for event in events]


def _placement(task: Task, actor: Actor) -> dict[str, Any]:
    """Why it stands where it stands; who was refused is for the console only."""
    if is_console(actor):
        return task.placement
    passed = [
        each
        for each in task.placement.get("passed_over", ())
        if each["rule"]["code"] != Rule.NOT_WISHED.value
    ]
    return {**task.placement, "passed_over": passed, "others": {}}


def _wishes(task: Task) -> list[WishOfTaskView]:
    return [
        WishOfTaskView(rep_id=UUID(rep_id), kind=kind, code=code)
        for kind in (PREFER, REFUSE)
        for rep_id, code in task.wishes.get(kind, {}).items()
    ]


def seconds_between(start: datetime | None, end: datetime | None) -> int | None:
    """How long something took; None while it is not over."""
    return None if start is None or end is None else max(0, round((end - start).total_seconds()))


def _still(still_id: str) -> EvidenceView:
    address = f"/api/stills/{still_id}"
    return EvidenceView(id=still_id, image_url=f"{address}/image", marks_url=f"{address}/marks")


def _entry(entry: TaskEntry, name: str | None, name_en: str | None) -> TimelineView:
    return TimelineView(
        kind=entry.kind,
        from_state=entry.from_state,
        to_state=entry.to_state,
        at=entry.at,
        happened_at=entry.happened_at,
        actor_kind=entry.actor_kind,
        actor_name=name or entry.actor_name,
        actor_name_en=name_en or "",
        detail=entry.detail,
    )


def rep_view(seen: RepNow, now: datetime) -> RepView:
    """A representative today."""
    rep, position, upcoming, eta = seen.rep, seen.position, seen.next_visit, next_eta(seen, now)
    return RepView(
        **dict(rep_name(rep)),
        station=rep.station,
        contractor=rep.contractor,
        skills=rep.skills,
        parts=rep.parts,
        active=rep.active,
        home_lon=rep.home_lon,
        home_lat=rep.home_lat,
        shift_start=seen.hours[0],
        shift_end=seen.hours[1],
        on_shift=seen.on_shift(now),
        zones=list(seen.zones),
        position=PositionView(
            lon=position.lon, lat=position.lat, accuracy_m=position.accuracy_m, at=position.at
        )
        if position
        else None,
        open_tasks=seen.open_tasks,
        done_today=seen.done_today,
        next_stop=NextStopView(task_id=upcoming.task_id, eta=eta) if upcoming and eta else None,
    )


def _rest_view(times: Schedule) -> RestView | None:
    """The break of a day, if it has one."""
    for position, stop in enumerate(times.stops):
        if stop.visit.is_rest:
            return RestView(
                position=position,
                starts_at=moment(stop.start_at),
                ends_at=moment(stop.finish_at),
                late_s=stop.late_s,
            )
    return None


async def route_view(
    session: AsyncSession, seen: RouteNow, travel_source: str, now: datetime, actor: Actor
) -> RouteView:
    """A day with its tasks, times as of now."""
    times = seen.schedule
    stops = [stop for stop in times.stops if not stop.visit.is_rest]
    tasks = [seen.day.tasks[stop.visit.task_id] for stop in stops]
    views = await show_tasks(session, tasks, now, actor)
    upcoming: UUID | None = next((task.id for task in tasks if task.state not in FINAL), None)
    return RouteView(
        rep=rep_name(seen.rep),
        day=seen.day.day,
        version=seen.version,
        shift_start=seen.hours[0],
        shift_end=seen.hours[1],
        home_lon=seen.rep.home_lon,
        home_lat=seen.rep.home_lat,
        travel_source=travel_source,
        travel_s=times.travel_s,
        overtime_s=times.overtime_s,
        ends_at=moment(times.ends_at),
        next_task_id=upcoming,
        reports=await own_reports(session, seen.rep, now, actor),
        gone=await gone_views(session, seen.rep, now),
        owner_notices=await notices_for(session, seen.rep.id),
        covers=(await covered_zones(session, seen.day.day)).get(seen.rep.id, []),
        rest=_rest_view(times),
        stops=[
            StopView(
                task=view,
                position=position,
                leaves_at=moment(stop.leave_at),
                arrives_at=moment(stop.arrive_at),
                starts_at=moment(stop.start_at),
                ends_at=moment(stop.finish_at),
                travel_s=stop.travel_s,
                slack_s=stop.slack_s,
                late_s=stop.late_s,
                frozen=stop in times.stops[: times.frozen],
                path=seen.paths[position] if seen.paths else [],
            )
            for position, (view, stop) in enumerate(zip(views, stops, strict=True))
        ],
    )
