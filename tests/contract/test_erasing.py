"""What tells of a person is gone once it was erased: from every table and file, in both wings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select, text

from app.capabilities import ERASERS, JOBS
from assist.chat.commands import add_message
from assist.chat.tables import Message
from assist.erasure.commands import RequestOpen, erase_lapsed, erase_request
from assist.intake.commands import withdraw
from assist.invitation.commands import invite, redeem_invitation
from assist.rating.commands import rate
from assist.rating.tables import Rating
from assist.request.kinds import Category, Outcome
from assist.request.request import State, WrongState
from assist.request.tables import ServiceRequest
from assist.services import AssistServices
from assist.stills.tables import Still
from field.services import FieldServices
from field.task.tables import Task
from kernel.actors import SYSTEM
from kernel.audit import AuditEntry, first_broken_entry
from kernel.clock import ManualClock
from kernel.contracts import RequestErased, VisitRequested
from kernel.database import Database
from kernel.erasing import Erasers
from kernel.errors import Forbidden, NotFound
from kernel.events.consumer import STREAM
from kernel.events.lease import Leases
from kernel.identity.links import LinkUnknown
from kernel.identity.sessions import who
from kernel.jobs import keep_doing
from kernel.pictures.blobs import FOLDERS, Blobs
from kernel.pictures.removal import UNHELD_FOR, Holders, sweep_folder
from kernel.settings import Settings
from kernel.web import House
from kernel.web.limits import RateLimiter
from tests.contract.erasing_rig import OTTER, QUILL, Erasable, open_both
from tests.contract.test_field_steps import PNG
from tests.rig.foundations import Foundation
from tests.rig.stack import commanded
from tests.rig.town import Town

NOT_IN_THIS_STORY = {
    "delivery.answer",  # no gateway answers here; the row is deleted with its text
    "service_request.started_with",  # of a customer who began without an invitation
    "task.escalation_reason",
    "task_conflict.acts",  # test_field_conflicts
}
"""Columns that `Erasable.visited` leaves empty."""


@pytest.fixture
async def both(database: Database, redis_client: Redis, town: Town, tmp_path: Path) -> Erasable:
    return await open_both(database, redis_client, town, tmp_path)


@pytest.fixture
async def running(both: Erasable) -> AsyncIterator[Erasable]:
    """With the bus going."""
    async with both.bus():
        yield both


async def entries(both: Erasable, action: str) -> list[AuditEntry]:
    async with both.database.reading() as session:
        return list(await session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


# nothing is left ------------------------------------------------------------------------------------


async def test_nothing_that_tells_of_the_customer_is_left_anywhere(
    running: Erasable, foundation: Foundation
) -> None:
    customer, _token = await running.visited(QUILL)
    other, _token = await running.visited(OTTER)
    told = await running.stored()
    assert len(QUILL.found_in(told)) == 8, "each of the secrets has to be there, or its going proves nothing"
    assert len(running.files()) == 4

    await running.database.run(erase_request, ERASERS, running.house.supervisor, customer.id)
    await running.settled()

    assert QUILL.found_in(await running.stored()) == []
    assert QUILL.found_in(await running.in_redis()) == []
    assert len(running.files()) == 2, "a still and a photo of the finished work, each the other customer's"
    if foundation.kind == "embedded":
        async with running.database.engine.connect() as connection:
            await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        written = (foundation.data / "curbstop.db").read_bytes().decode("latin-1")
        assert [secret for secret in (QUILL.name, QUILL.address, QUILL.words) if secret in written] == []

    # The other customer has lost nothing.
    assert len(OTTER.found_in(await running.stored())) == 8
    async with running.database.reading() as session:
        messages = select(func.count()).where(Message.request_id == other.id)
        assert await session.scalar(messages) == 2
        assert (await session.get_one(ServiceRequest, other.id)).erased_at is None
    assert (await running.task_of(other)).erased_at is None


async def test_every_column_that_is_to_be_emptied_has_something_to_lose_here(running: Erasable) -> None:
    """Otherwise that nothing is left would prove nothing about it."""
    await running.visited(QUILL)
    empty = set()
    async with running.database.reading() as session:
        for column in {each.property.columns[0] for eraser in ERASERS.each for each in eraser.columns}:
            values = await session.scalars(select(column))
            if all(value in ("", None, [], {}) for value in values):
                empty.add(f"{column.table.name}.{column.name}")
    assert empty == NOT_IN_THIS_STORY


async def test_what_happened_stays(running: Erasable) -> None:
    customer, _token = await running.visited(QUILL)
    before = await running.task_of(customer)
    await running.database.run(erase_request, ERASERS, running.house.supervisor, customer.id)
    await running.settled()

    row = await running.house.row(customer.id)
    assert (row.state, row.category, row.outcome) == (State.CLOSED, Category.LEAK, Outcome.NEEDS_VISIT)
    assert row.ended_at is not None and row.owner_id is not None
    async with running.database.reading() as session:
        assert (await session.get_one(Rating, customer.id)).score == 4
        assert await session.scalar(select(func.count()).where(Still.request_id == customer.id)) == 1
    kinds = [event.kind for event in await running.house.timeline(customer.id)]
    assert kinds[0] == "invited" and kinds[-2:] == ["rated", "erased"]

    task = await running.task_of(customer)
    kept = ("state", "zone_id", "fault", "severity", "skill", "rep_id", "arrived_at", "finished_at", "parts")
    assert {name: getattr(task, name) for name in kept} == {name: getattr(before, name) for name in kept}
    assert task.lon is not None and abs(task.lon - QUILL.lon) < 0.01, "a point of the zone, not of the house"
    detail = await (await running.town.caller("dora")).get(f"/api/tasks/{task.id}")
    assert detail["erased_at"] and detail["timeline"][-1]["kind"] == "erase" and detail["proofs"] == []
    day = await (await running.town.caller("ann")).get("/api/rep/route")
    assert [stop["task"]["id"] for stop in day["stops"]] == [str(task.id)], "the day's route still stands"

    [entry] = await entries(running, "request_erased")
    assert entry.actor == f"staff:{running.house.supervisor.id}"
    assert (entry.subject, entry.detail) == (f"request:{customer.id}", {})
    async with running.database.reading() as session:
        assert await first_broken_entry(session) is None


async def test_redis_never_learns_what_tells_of_a_person(running: Erasable) -> None:
    await running.visited(QUILL)
    assert await running.redis.xlen(STREAM) > 3
    assert QUILL.found_in(await running.in_redis()) == []


async def test_what_was_told_is_kept_in_the_outbox_only_until_it_is_heard(running: Erasable) -> None:
    customer, _token = await running.asked(QUILL)
    await running.judged(customer, QUILL, Outcome.NEEDS_VISIT)
    await running.settled()
    [asked] = await running.town.events(VisitRequested.type)
    assert (asked["address"], asked["customer_phone"], asked["note"], asked["lon"]) == ("", "", "", None)
    assert (asked["request_id"], asked["category"]) == (str(customer.id), "leak")
    assert (await running.task_of(customer)).address == QUILL.address


async def test_a_picture_that_somebody_else_sent_too_stays(running: Erasable) -> None:
    data = PNG + b"the same picture"
    customer, other = await running.advised(QUILL), (await running.asked(OTTER))[0]
    shared = await running.house.services.blobs.put(data, media_type="image/png", kept_in=Still.blob_id)
    await running.pictured(other, OTTER, data)

    async with running.database.unit_of_work() as uow:
        still = (await uow.session.scalars(select(Still).where(Still.request_id == customer.id))).one()
        still.blob_id = shared.id
    await running.database.run(erase_request, ERASERS, running.house.supervisor, customer.id)
    await running.settled()
    assert shared.id in running.files()
    assert await running.house.services.blobs.read(shared.id) == data


# when, and by whom ----------------------------------------------------------------------------------


async def test_twice_is_once(running: Erasable) -> None:
    customer = await running.advised(QUILL)
    first = await running.database.run(erase_request, ERASERS, running.house.supervisor, customer.id)
    await running.settled()
    version = (await running.house.row(customer.id)).version
    again = await running.database.run(erase_request, ERASERS, SYSTEM, customer.id)
    assert again == first and (await running.house.row(customer.id)).version == version
    assert len(await entries(running, "request_erased")) == 1
    assert len(await running.house.told(RequestErased)) == 1


async def test_a_request_that_is_not_over_keeps_everything(both: Erasable) -> None:
    customer, token = await both.asked(QUILL)
    for end in (None, Outcome.NEEDS_VISIT):
        if end is not None:
            await both.judged(customer, QUILL, end)
        before = await both.stored()
        with pytest.raises(RequestOpen):
            await both.database.run(erase_request, ERASERS, both.house.supervisor, customer.id)
        assert await both.stored() == before
    async with both.database.reading() as session:
        assert await who(session, token, both.database.clock.now()) is not None


async def test_a_withdrawn_request_is_over(running: Erasable) -> None:
    customer, _token = await running.asked(QUILL)
    await running.judged(customer, QUILL, Outcome.NEEDS_VISIT)
    await running.settled()
    await running.database.run(withdraw, customer, customer.id)
    await running.database.run(erase_request, ERASERS, customer, customer.id)
    await running.settled()
    assert QUILL.found_in(await running.stored()) == [] and running.files() == set()
    assert (await running.task_of(customer)).state.value == "cancelled"


async def test_erasing_closes_a_request_whose_rating_is_awaited(both: Erasable) -> None:
    customer = await both.advised(QUILL)
    await both.database.run(erase_request, ERASERS, customer, customer.id)
    assert await both.house.state(customer.id) is State.CLOSED
    assert [e.kind for e in await both.house.timeline(customer.id)][-2:] == ["rating_lapsed", "erased"]
    for late in (
        both.database.run(add_message, customer, customer.id, uuid4(), QUILL.words),
        both.database.run(rate, customer, customer.id, 1, QUILL.words),
    ):
        with pytest.raises(WrongState):
            await late


async def test_only_those_who_answer_for_it_erase_for_others(both: Erasable) -> None:
    customer = await both.advised(QUILL)
    stranger, _token = await both.asked(OTTER)
    house = both.house
    before = await both.stored()
    for actor, refusal in (
        (house.chen, Forbidden),
        (house.dispatcher, Forbidden),
        (house.rep, NotFound),
        (stranger, NotFound),
    ):
        with pytest.raises(refusal):
            await both.database.run(erase_request, ERASERS, actor, customer.id)
    assert await both.stored() == before


async def test_the_customers_way_in_is_closed(both: Erasable) -> None:
    customer, token = await both.asked(QUILL)
    await both.judged(customer, QUILL, Outcome.ADVICE)
    sent = await both.database.run(
        invite, both.house.chen, both.house.services, OTTER.name, OTTER.phone, "en"
    )
    await both.database.run(erase_request, ERASERS, customer, customer.id)
    async with both.database.reading() as session:
        assert await who(session, token, both.database.clock.now()) is None
        for table in ("session", "access_link", "delivery"):
            counted = text(f"SELECT count(*) FROM {table} WHERE request_id IS NOT NULL")
            assert await session.scalar(counted) == (0 if table == "session" else 1), "the other's invitation"
    assert "session" in {hint.split(":")[0].rstrip("s") for hint in await both.house.hints("session")}
    await both.database.run(redeem_invitation, both.house.services, sent.token, None)
    with pytest.raises(LinkUnknown):
        await both.database.run(redeem_invitation, both.house.services, "A" * 32, None)


async def test_nothing_is_added_while_it_is_erased(both: Erasable) -> None:
    """Lines of chat that are written at the same moment are erased too, or refused."""
    customer = await both.advised(QUILL)
    writing = [both.database.run(add_message, customer, customer.id, uuid4(), QUILL.words) for _ in range(12)]
    erasing = both.database.run(erase_request, ERASERS, both.house.supervisor, customer.id)
    await asyncio.gather(*writing[:6], erasing, *writing[6:], return_exceptions=True)
    async with both.database.reading() as session:
        assert (await session.get_one(ServiceRequest, customer.id)).erased_at is not None
        assert await session.scalar(select(func.count()).where(Message.request_id == customer.id)) == 0


# whatever goes wrong --------------------------------------------------------------------------------


async def test_a_lost_event_comes_again_and_a_doubled_one_changes_nothing(
    both: Erasable, clock: ManualClock
) -> None:
    async with both.bus():
        customer, _token = await both.visited(QUILL)
    await both.database.run(erase_request, ERASERS, both.house.supervisor, customer.id)
    assert QUILL.found_in(await both.stored()) != [], "the field has not heard of it yet"
    async with both.bus() as relay:
        await relay.pass_on()
        await both.redis.flushall()
        clock.advance(120)
        await both.settled()
        assert QUILL.found_in(await both.stored()) == [] and both.files() == set()
    task = await both.task_of(customer)
    assert await both.town.hear(RequestErased(request_id=customer.id)), "another delivery under another id"
    assert (await both.town.reload(task)).version == task.version


async def test_a_file_that_cannot_be_deleted_is_tried_again(
    both: Erasable, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = await both.advised(QUILL)
    deleted, tries = Blobs.delete_aside, 0

    async def fail_once(blobs: Blobs, id: str) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise PermissionError("the disk is read-only")
        await deleted(blobs, id)

    monkeypatch.setattr(Blobs, "delete_aside", fail_once)
    async with both.bus():
        await both.database.run(erase_request, ERASERS, both.house.supervisor, customer.id)
        async with asyncio.timeout(60):
            while tries == 0:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert len(both.files()) == 1, "set aside, not deleted"
        async with asyncio.timeout(60):
            while both.files():
                clock.advance(30)
                await asyncio.sleep(0.3)
        await both.settled()
    assert tries == 2


async def test_a_visit_asked_for_before_and_heard_of_after_tells_nothing(both: Erasable) -> None:
    """The field was away the whole time: what waits for it has been emptied."""
    customer, _token = await both.asked(QUILL)
    await both.judged(customer, QUILL, Outcome.NEEDS_VISIT)
    await both.database.run(withdraw, customer, customer.id)
    await both.database.run(erase_request, ERASERS, customer, customer.id)
    assert QUILL.found_in(await both.stored()) == []
    async with both.bus():
        await both.settled()
    assert QUILL.found_in(await both.stored()) == []
    async with both.database.reading() as session:
        assert {task.state.value for task in await session.scalars(select(Task))} <= {"cancelled"}


async def test_a_file_that_no_row_ever_named_is_swept_up_after_a_day(
    both: Erasable, clock: ManualClock
) -> None:
    customer, _token = await both.asked(QUILL)
    await both.pictured(customer, QUILL)
    held = both.files()
    waste = await both.house.services.blobs.put(
        b"its upload was refused", media_type="image/png", kept_in=Still.blob_id
    )

    async def sweep() -> int:
        return sum([await sweep_folder(both.database, both.holders, folder) for folder in range(FOLDERS)])

    clock.set(_stored_at(both, waste.id))
    assert await sweep() == 0
    clock.advance(UNHELD_FOR.total_seconds() + 60)
    assert await sweep() == 1
    assert both.files() == held


def _stored_at(both: Erasable, id: str) -> datetime:
    return datetime.fromtimestamp(both.house.services.blobs.path(id).stat().st_mtime, UTC)


# in time --------------------------------------------------------------------------------------------


async def test_what_was_kept_long_enough_erases_itself(running: Erasable, clock: ManualClock) -> None:
    kept_for = timedelta(days=730)
    customer = await running.advised(QUILL)
    await running.database.run(rate, customer, customer.id, 5, QUILL.words)
    clock.advance(kept_for.total_seconds() - 60)
    late = await running.advised(OTTER)
    await running.database.run(rate, late, late.id, 5, "")
    open_one, _token = await running.asked(OTTER)
    assert await erase_lapsed(running.database, ERASERS, kept_for) == 0
    clock.advance(120)
    assert await erase_lapsed(running.database, ERASERS, kept_for) == 1
    assert await erase_lapsed(running.database, ERASERS, kept_for) == 0
    await running.settled()
    assert QUILL.found_in(await running.stored()) == []
    assert [(await running.house.row(who.id)).erased_at for who in (late, open_one)] == [None, None]
    [entry] = await entries(running, "request_erased")
    assert entry.actor.startswith("system:")


@pytest.mark.parametrize("days", [30, 0])
async def test_a_worker_tidies_up_unless_things_are_to_be_kept_for_ever(
    running: Erasable, clock: ManualClock, days: int
) -> None:
    customer = await running.advised(QUILL)
    await running.database.run(rate, customer, customer.id, 5, QUILL.words)
    clock.advance(timedelta(days=31).total_seconds())
    services: dict[type, object] = {
        AssistServices: running.house.services,
        FieldServices: running.town.services,
        Erasers: ERASERS,
        Holders: running.holders,
    }
    house = House(
        settings=Settings(retention_days=days),
        database=running.database,
        redis=running.redis,
        clock=clock,
        leases=Leases(running.redis, "tidy", clock),
        limiter=RateLimiter(running.redis, clock),
        services=services,
    )
    seldom = [replace(job, every_s=0.02, after_s=0) for job in JOBS if job.every_s >= 300]
    tidying = [asyncio.create_task(keep_doing(job, house)) for job in seldom]
    if days:
        async with asyncio.timeout(60):
            while QUILL.found_in(await running.stored()):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    else:
        await asyncio.sleep(1.5)
    assert len(tidying) > 4 and not any(task.done() for task in tidying)
    for task in tidying:
        task.cancel()
    await asyncio.gather(*tidying, return_exceptions=True)
    await running.settled()
    assert (QUILL.found_in(await running.stored()) == []) is bool(days)


# by command -----------------------------------------------------------------------------------------


async def test_whoever_runs_the_installation_erases_by_command(
    both: Erasable, foundation: Foundation
) -> None:
    customer, (still_open, _token) = await both.advised(QUILL), await both.asked(OTTER)

    def command(name: str) -> tuple[int, str]:
        words = ("erase", name, "--data", foundation.data)
        code, _, told = commanded(*words, database_url=foundation.database_url)
        return code, told

    for name, code, told in (
        (str(customer.id), 0, "Erased at"),
        (str(still_open.id), 1, "not over yet"),
        (str(uuid4()), 1, "nothing here"),
        ("lin", 2, "invalid UUID"),
    ):
        left, said = command(name)
        assert left == code and told in said, said
    async with both.bus():
        await both.settled()
    assert QUILL.found_in(await both.stored()) == [] and len(OTTER.found_in(await both.stored())) > 4
