"""One request's road through the wing, on both foundations: from the first tap to the last word."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from assist.call.commands import accept_request, end_call, resume_call, return_request
from assist.call.queries import current_call
from assist.desk.requests import request_page, request_view, timeline_of
from assist.guide.commands import answer_guide
from assist.guide.guide import Answer
from assist.guide.triage import Given, SafetyStop
from assist.intake.commands import BuildingNeeded, Details, NewRequest, change_details, withdraw
from assist.queue.commands import enter_queue, reopen
from assist.queue.queries import waiting_now
from assist.queue.waiting import in_order
from assist.rating.commands import rate
from assist.request.handlers import group
from assist.request.kinds import Asker, Category, Outcome, Priority
from assist.request.request import State, WrongState
from assist.verdict.commands import PlaceMissing, VisitWish, give_verdict
from assist.verdict.verdict import (
    NoStillReason,
    Ownership,
    Severity,
    Verdict,
    VerdictIncomplete,
    VerdictMissing,
)
from kernel.actors import Actor
from kernel.audit import AuditEntry, first_broken_entry
from kernel.clock import ManualClock
from kernel.contracts import (
    Event,
    RequestClosed,
    RequestWithdrawn,
    TaskAccepted,
    TaskArrived,
    TaskAssigned,
    TaskCancelled,
    TaskDone,
    TaskEscalated,
    TaskRetimed,
    TaskSettled,
    TaskTravelling,
    TaskUnplaced,
    VisitRequested,
)
from kernel.database import Database
from kernel.delivery.queries import sent_messages
from kernel.errors import Forbidden, NotFound, StaleVersion
from kernel.outbox import OutboxRow, outbox_row
from tests.contract.assist_house import LEAK, AssistHouse, open_house


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AssistHouse:
    return await open_house(database, tmp_path)


async def deliver(house: AssistHouse, event: Event) -> bool:
    """What the relay and the consumer do: an outbox row, then the handler, once."""

    async with house.database.unit_of_work() as uow:
        row = outbox_row(event, uow.now)
        uow.session.add(row)
    return await group.bind(house.services).handle(house.database, row.id, event)


# before the call --------------------------------------------------------------------------------------


async def test_a_new_request_is_answered_for_by_the_duty_supervisor(house: AssistHouse) -> None:
    customer = await house.customer()
    row = await house.row(customer.id)
    assert (row.state, row.owner_id, row.version) == (State.GUIDING, house.supervisor.id, 1)
    assert [event.kind for event in await house.timeline(row.id)] == ["started"]


async def test_a_manager_says_which_building(house: AssistHouse) -> None:
    with pytest.raises(BuildingNeeded):
        await house.customer(NewRequest(Category.OTHER, Asker.MANAGER, "en", "public"))
    customer = await house.customer(
        NewRequest(Category.LOW_PRESSURE, Asker.MANAGER, "en", "public", "3 号楼", "二次供水泵 2")
    )
    async with house.database.reading() as session:
        view = await request_view(session, customer, customer.id, house.services.guides, "en")
    assert (view.building, view.equipment, view.asker) == ("3 号楼", "二次供水泵 2", "manager")


async def test_the_guide_that_helps_resolves_the_request(house: AssistHouse) -> None:
    customer = await house.customer()
    for step in ("electric", "burst", "stopcock", "stopped", "where", "dry", "tighten", "open"):
        given = Given("leak", step, Answer.DONE)
        await house.database.run(answer_guide, customer, customer.id, house.services, given)
    given = Given("leak", "watch", Answer.HELPED)
    row, _ = await house.database.run(answer_guide, customer, customer.id, house.services, given)
    assert row.state is State.RESOLVED
    await house.database.run(rate, customer, customer.id, 5, "谢谢")
    assert [event.score for event in await house.told(RequestClosed)] == [5]


async def test_danger_goes_to_the_head_of_the_queue_at_once_and_ends_every_guide(house: AssistHouse) -> None:
    customer = await house.customer()
    given = Given("leak", "electric", Answer.DANGER)
    row, position = await house.database.run(answer_guide, customer, customer.id, house.services, given)
    assert (row.state, row.priority) == (State.WAITING, Priority.DANGER)
    assert row.safety_stop == "leak/stop_electric" == f"leak/{position.step}"
    with pytest.raises(SafetyStop):
        given = Given("meter", "look", Answer.HELPED)
        await house.database.run(answer_guide, customer, customer.id, house.services, given)


async def test_details_are_corrected_by_the_version_that_was_seen(house: AssistHouse) -> None:
    customer = await house.customer()
    change = Details(name="林女士", phone="１３８ ００１３ ８０００", category=Category.METER)
    row = await house.database.run(change_details, customer, customer.id, house.services, change, 1)
    assert (row.category, row.skill.value) == (Category.METER, "meter_work")
    assert row.version > 1
    with pytest.raises(StaleVersion) as refused:
        await house.database.run(change_details, customer, customer.id, house.services, change, 1)
    assert refused.value.params == {"current": row.version}
    async with house.database.reading() as session:
        view = await request_view(session, house.chen, customer.id, house.services.guides, "en")
    assert (view.contact.name, view.contact.phone) == ("林女士", "+8613800138000")


async def test_another_customer_sees_nothing(house: AssistHouse) -> None:
    mine, other = await house.customer(), await house.customer()
    async with house.database.reading() as session:
        with pytest.raises(NotFound):
            await request_view(session, other, mine.id, house.services.guides, "en")
        with pytest.raises(NotFound):
            await timeline_of(session, other, mine.id, "en")
    with pytest.raises(NotFound):
        await house.database.run(enter_queue, other, mine.id)


# the call ---------------------------------------------------------------------------------------------


async def test_a_call_that_ended_can_be_taken_up_again(house: AssistHouse) -> None:
    customer = await house.in_call()
    await house.database.run(end_call, customer, customer.id, "customer_left")
    assert await house.state(customer.id) is State.WRAP_UP
    await house.database.run(resume_call, house.chen, customer.id, house.services)
    assert await house.state(customer.id) is State.IN_CALL


async def test_only_the_answerable_may_judge_or_conclude(house: AssistHouse) -> None:
    customer = await house.judged()
    with pytest.raises(Forbidden):
        await house.conclude(house.wang, customer, Outcome.FIXED)
    with pytest.raises(Forbidden):
        await house.database.run(return_request, house.wang, customer.id)
    row = await house.conclude(house.supervisor, customer, Outcome.FIXED)
    assert row.state is State.RESOLVED


async def test_a_visit_without_a_verdict_is_refused_and_nothing_leaves(house: AssistHouse) -> None:
    customer = await house.in_call()
    await house.database.run(end_call, house.chen, customer.id)
    with pytest.raises(VerdictMissing):
        await house.conclude(house.chen, customer, Outcome.NEEDS_VISIT)
    assert await house.state(customer.id) is State.WRAP_UP
    assert await house.told(VisitRequested) == []


async def test_a_verdict_needs_stills_of_this_very_request(house: AssistHouse) -> None:
    customer = await house.in_call()
    foreign = Verdict(Ownership.BEFORE_METER, "pipe_crack", Severity.MAJOR, (uuid4(),))
    with pytest.raises(VerdictIncomplete):
        await house.database.run(give_verdict, house.chen, customer.id, foreign)
    spoken = Verdict(
        Ownership.AFTER_METER, "pipe_crack", Severity.MINOR, (), NoStillReason.CONNECTION_TOO_WEAK
    )
    await house.database.run(give_verdict, house.chen, customer.id, spoken)


async def test_a_visit_needs_a_place(house: AssistHouse) -> None:
    customer = await house.customer()
    await house.database.run(enter_queue, customer, customer.id)
    await house.database.run(accept_request, house.chen, customer.id, house.services)
    await house.database.run(end_call, house.chen, customer.id)
    verdict = Verdict(Ownership.BEFORE_METER, "pipe_crack", Severity.MAJOR, (), NoStillReason.NO_CAMERA)
    await house.database.run(give_verdict, house.chen, customer.id, verdict)
    with pytest.raises(PlaceMissing):
        await house.conclude(house.chen, customer, Outcome.NEEDS_VISIT)


# the visit --------------------------------------------------------------------------------------------


async def ask_for_visit(house: AssistHouse) -> Actor:
    customer = await house.judged()
    start = house.database.clock.now() + timedelta(hours=2)
    wish = VisitWish(start, start + timedelta(hours=2))
    await house.conclude(house.chen, customer, Outcome.NEEDS_VISIT, "表前接头", wish)
    return customer


async def test_the_visit_takes_everything_known_along(house: AssistHouse) -> None:
    customer = await ask_for_visit(house)
    [asked] = await house.told(VisitRequested)
    assert asked.request_id == customer.id and asked.owner_id == house.chen.id
    assert (asked.category, asked.fault, asked.severity) == ("leak", "coupling_nut_loose", "major")
    assert (asked.ownership, asked.skill, asked.level) == ("before_meter", "leak_repair", 1)
    assert (asked.priority, asked.duration_s, asked.parts) == (1, 1200, (("washer_set", 1),))
    assert (asked.lon, asked.lat, asked.address) == (7.4213, 43.7382, "解放路 12 号 3 单元")
    assert (asked.customer_name, asked.customer_phone) == ("林女士", "+8613800138000")
    assert (asked.language, asked.technician_name, asked.note) == ("zh-Hans", "Chen", "表前接头")
    assert len(asked.still_ids) == 1 and asked.window_end - asked.window_start == timedelta(hours=2)
    assert await house.state(customer.id) is State.VISIT


async def test_the_field_carries_the_request_to_done_and_the_owner_follows(
    house: AssistHouse, clock: ManualClock
) -> None:
    customer = await ask_for_visit(house)
    task = uuid4()
    told: dict[str, Any] = {"task_id": task, "request_id": customer.id}
    rep: dict[str, Any] = {**told, "rep_id": uuid4(), "rep_staff_id": house.rep.id, "rep_name": "Wu"}
    eta = clock.now() + timedelta(minutes=25)
    owners: list[UUID] = []
    for event in (
        TaskAssigned(**rep, eta=eta),
        TaskAccepted(**rep, eta=eta),
        TaskTravelling(**rep, eta=eta),
        TaskArrived(**rep),
        TaskEscalated(**told, reason="needs_excavation", to_staff_id=house.dispatcher.id),
        TaskDone(**rep, note="换了垫片", proofs=("a",)),
    ):
        clock.advance(60)
        assert await deliver(house, event)
        owners.append((await house.row(customer.id)).owner_id)
    chen, rep_id, dispatcher = house.chen.id, house.rep.id, house.dispatcher.id
    assert owners == [chen, rep_id, rep_id, rep_id, dispatcher, rep_id]
    assert await house.state(customer.id) is State.RESOLVED
    async with house.database.reading() as session:
        texts = [message.text for message in await sent_messages(session)]
        view = await request_view(session, customer, customer.id, house.services.guides, "en")
    assert any("Wu已经出发" in text for text in texts), "the customer is told when the rep is on the way"
    assert view.visit is not None
    assert (view.visit.state, view.visit.rep_name, view.visit.task_id) == ("done", "Wu", task)
    assert view.may == ["rated", "reopened"]
    await house.database.run(rate, customer, customer.id, 4)
    assert await house.state(customer.id) is State.CLOSED


async def test_another_time_of_the_same_representative_is_told_and_changes_nothing_else(
    house: AssistHouse, clock: ManualClock
) -> None:
    customer = await ask_for_visit(house)
    told: dict[str, Any] = {"task_id": uuid4(), "request_id": customer.id}
    rep: dict[str, Any] = {**told, "rep_id": uuid4(), "rep_staff_id": house.rep.id, "rep_name": "Wu"}
    eta = clock.now() + timedelta(minutes=25)
    await deliver(house, TaskAccepted(**rep, eta=eta))
    lines = len(await house.timeline(customer.id))
    await deliver(house, TaskRetimed(**rep, eta=eta + timedelta(minutes=40)))
    row = await house.row(customer.id)
    assert row.visit is not None
    assert (row.visit["state"], row.visit["eta"]) == ("accepted", (eta + timedelta(minutes=40)).isoformat())
    assert row.owner_id == house.rep.id and len(await house.timeline(customer.id)) == lines


async def test_between_two_representatives_answers_whom_the_field_names(house: AssistHouse) -> None:
    customer = await ask_for_visit(house)
    told: dict[str, Any] = {"task_id": uuid4(), "request_id": customer.id}
    rep: dict[str, Any] = {**told, "rep_id": uuid4(), "rep_staff_id": house.rep.id, "rep_name": "Wu"}
    await deliver(house, TaskAccepted(**rep))
    other: dict[str, Any] = {**told, "rep_id": uuid4(), "rep_staff_id": uuid4(), "rep_name": "Li"}
    await deliver(house, TaskAssigned(**other, answerable_id=house.dispatcher.id))
    assert (await house.row(customer.id)).owner_id == house.dispatcher.id, "until Li accepts"
    with pytest.raises(NotFound):
        async with house.database.reading() as session:
            await request_view(session, house.rep, customer.id, house.services.guides, "en")
    await deliver(house, TaskUnplaced(**told, reason="taken_back", answerable_id=house.supervisor.id))
    row = await house.row(customer.id)
    assert (row.owner_id, row.visit and row.visit["rep_name"]) == (house.supervisor.id, None)


async def test_a_task_nobody_can_take_and_a_task_called_off_are_the_dispatchers(house: AssistHouse) -> None:
    customer = await ask_for_visit(house)
    told: dict[str, Any] = {"task_id": uuid4(), "request_id": customer.id}
    await deliver(house, TaskUnplaced(**told, reason="outside_every_zone"))
    assert (await house.row(customer.id)).owner_id == house.dispatcher.id
    await deliver(house, TaskCancelled(**told, reason="duplicate", by_staff_id=house.dispatcher.id))
    row = await house.row(customer.id)
    assert (row.state, row.owner_id) == (State.WRAP_UP, house.dispatcher.id)
    await house.conclude(house.dispatcher, customer, Outcome.ADVICE, "已在另一单处理")
    assert await house.state(customer.id) is State.RESOLVED


async def test_of_a_settled_task_nobody_is_told_that_somebody_came(house: AssistHouse) -> None:
    customer = await ask_for_visit(house)
    told: dict[str, Any] = {"task_id": uuid4(), "request_id": customer.id}
    rep: dict[str, Any] = {**told, "rep_id": uuid4(), "rep_staff_id": house.rep.id, "rep_name": "Wu"}
    await deliver(house, TaskAccepted(**rep))
    await deliver(house, TaskEscalated(**told, reason="too deep", to_staff_id=house.dispatcher.id))
    before = len(await sent(house))
    await deliver(house, TaskSettled(**told, note="主管已修好", by_staff_id=house.dispatcher.id))
    row = await house.row(customer.id)
    assert (row.state, row.owner_id) == (State.RESOLVED, house.dispatcher.id)
    async with house.database.reading() as session:
        view = await request_view(session, customer, customer.id, house.services.guides, "en")
    assert view.visit is not None
    assert (view.visit.state, view.visit.rep_name, view.visit.note) == ("settled", None, "主管已修好")
    [text] = (await sent(house))[before:]
    assert "无需再上门" in text and "Wu" not in text


async def sent(house: AssistHouse) -> list[str]:
    async with house.database.reading() as session:
        return [message.text for message in await sent_messages(session)]


async def test_news_is_taken_once_and_late_news_moves_nothing(house: AssistHouse) -> None:
    customer = await ask_for_visit(house)
    event = TaskAccepted(
        task_id=uuid4(), request_id=customer.id, rep_id=uuid4(), rep_staff_id=house.rep.id, rep_name="Wu"
    )
    async with house.database.unit_of_work() as uow:
        row: OutboxRow = outbox_row(event, uow.now)
        uow.session.add(row)
    bound = group.bind(house.services)
    assert await bound.handle(house.database, row.id, event)
    assert not await bound.handle(house.database, row.id, event)
    await house.database.run(withdraw, customer, customer.id)
    assert [event.request_id for event in await house.told(RequestWithdrawn)] == [customer.id]
    assert await deliver(house, event)
    lines = await house.timeline(customer.id)
    assert [line.kind for line in lines].count("task_accepted") == 2
    assert lines[-1].detail == {"late": True} and lines[-1].state is State.WITHDRAWN


async def test_news_of_other_peoples_tasks_is_not_ours(house: AssistHouse) -> None:
    assert await deliver(house, TaskUnplaced(task_id=uuid4(), request_id=None, reason="no_skill"))
    assert await deliver(house, TaskUnplaced(task_id=uuid4(), request_id=uuid4(), reason="no_skill"))


# looking back -----------------------------------------------------------------------------------------


async def test_the_timeline_is_an_unbroken_chain_of_one_owner(house: AssistHouse) -> None:
    customer = await ask_for_visit(house)
    lines = await house.timeline(customer.id)
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert [line.kind for line in lines] == [
        "started",
        "details_changed",
        "queued",
        "accepted",
        "call_ended",
        "verdict_given",
        "visit_asked",
    ]
    supervisor, chen = house.supervisor.id, house.chen.id
    assert [line.owner_id for line in lines] == [supervisor] * 3 + [chen] * 4
    async with house.database.reading() as session:
        shown = await timeline_of(session, customer, customer.id, "en")
    assert [line.actor_name for line in shown] == [None, None, None, "Chen", "Chen", "Chen", "Chen"]


async def test_the_timeline_keeps_no_personal_data(house: AssistHouse) -> None:
    customer = await ask_for_visit(house)
    kept = " ".join(str(line.detail) for line in await house.timeline(customer.id))
    assert not [private for private in ("林", "13800138", "解放路", "7.42", "43.73") if private in kept]


async def test_staff_page_through_requests_newest_first(house: AssistHouse, clock: ManualClock) -> None:
    made = []
    for _ in range(5):
        made.append((await house.customer(LEAK)).id)
        clock.advance(1)
    async with house.database.reading() as session:
        first = await request_page(session, "en", limit=3)
        second = await request_page(session, "en", limit=3, before=first.next)
        none = await request_page(session, "en", state=State.CLOSED)
    assert [row.id for row in first.rows + second.rows] == made[::-1]
    assert second.next is None and none.rows == []


async def test_a_conclusion_is_in_the_audit_log(house: AssistHouse) -> None:
    await ask_for_visit(house)
    async with house.database.reading() as session:
        actions = list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))
        assert await first_broken_entry(session) is None
    assert actions[-2:] == ["verdict_given", "outcome_given"]


async def test_what_cannot_be_now_is_refused(house: AssistHouse) -> None:
    customer = await house.in_call()
    with pytest.raises(WrongState):
        await house.database.run(withdraw, customer, customer.id)
    with pytest.raises(WrongState):
        await house.database.run(rate, customer, customer.id, 5)
    with pytest.raises(WrongState):
        await house.conclude(house.chen, customer, Outcome.FIXED)


async def test_a_call_that_goes_on_is_the_current_one_though_the_clock_was_set_back(
    house: AssistHouse, clock: ManualClock
) -> None:
    customer = await house.in_call()
    await house.database.run(return_request, house.chen, customer.id)
    clock.advance(-600)
    await house.database.run(accept_request, house.wang, customer.id, house.services)
    async with house.database.reading() as session:
        call = await current_call(session, customer.id)
    assert call is not None and call.technician_id == house.wang.id


async def test_only_who_answers_for_a_request_changes_whom_it_reaches(house: AssistHouse) -> None:
    customer = await house.in_call()
    change = Details(phone="138 0013 8111")
    with pytest.raises(Forbidden):
        await house.database.run(change_details, house.wang, customer.id, house.services, change, None)
    for answerable in (house.chen, house.supervisor, customer):
        await house.database.run(change_details, answerable, customer.id, house.services, change, None)


async def test_what_is_not_solved_goes_back_to_a_person(house: AssistHouse, clock: ManualClock) -> None:
    customer = await house.judged()
    await house.conclude(house.chen, customer, Outcome.FIXED, "done")
    clock.advance(60)
    other = await house.waiting()
    for _ in range(2):
        row = await house.database.run(reopen, customer, customer.id)
    assert (row.state, row.owner_id, row.outcome) == (State.WAITING, house.supervisor.id, None)
    async with house.database.reading() as session:
        queue = in_order(await waiting_now(session, clock.now()))
    assert [entry.request_id for entry in queue] == [customer.id, other.id]
    kinds = [event.kind for event in await house.timeline(customer.id)]
    assert kinds.count("reopened") == 1
    await house.database.run(accept_request, house.wang, customer.id, house.services)
    await house.database.run(end_call, house.wang, customer.id)
    await house.conclude(house.wang, customer, Outcome.FIXED, "now it is")
    await house.database.run(rate, customer, customer.id, 4)
    with pytest.raises(WrongState):
        await house.database.run(reopen, customer, customer.id)
