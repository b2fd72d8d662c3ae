"""The ground floor keeps its word on both foundations."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from uuid import UUID

import pytest
import shapely
from geoalchemy2.shape import from_shape
from redis.asyncio import Redis
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from kernel.actors import SYSTEM, Role, Surface
from kernel.audit import AuditEntry, first_broken_entry
from kernel.clock import ManualClock
from kernel.database import Database, UnitOfWork
from kernel.errors import CurbstopError
from kernel.events.inbox import InboxRow
from kernel.events.lease import Leases
from kernel.identity.links import (
    AccessLink,
    LinkExpired,
    LinkSpent,
    LinkUnknown,
    create_link,
    forget_expired,
    redeem_link,
)
from kernel.identity.sessions import NewSession, Session, end_session, forget_ended, start_session, who
from kernel.identity.staff import Staff, add_staff
from kernel.ids import uuid7
from kernel.outbox import OutboxRow

DAY = timedelta(days=1)


async def _link(uow: UnitOfWork, request_id: UUID) -> str:
    return await create_link(uow, Surface.CUSTOMER, timedelta(minutes=10), request_id=request_id)


async def test_a_hundred_redemptions_at_once_are_one(database: Database) -> None:
    async with database.unit_of_work() as uow:
        token = await _link(uow, uow.new_id())

    async def redeem() -> NewSession | None:
        try:
            return await database.run(redeem_link, token, Surface.CUSTOMER, DAY, None)
        except LinkSpent:
            return None

    sessions = await asyncio.gather(*(redeem() for _ in range(100)))
    assert len([session for session in sessions if session is not None]) == 1


async def test_the_device_that_opened_a_link_may_open_it_again(database: Database) -> None:
    async with database.unit_of_work() as uow:
        token = await _link(uow, uow.new_id())
    session = await database.run(redeem_link, token, Surface.CUSTOMER, DAY, None)
    assert session is not None
    assert await database.run(redeem_link, token, Surface.CUSTOMER, DAY, session.token) is None
    await database.run(end_session, session.token)
    with pytest.raises(LinkSpent):
        await database.run(redeem_link, token, Surface.CUSTOMER, DAY, session.token)


async def test_links_expire_are_renewed_and_open_one_page_only(
    database: Database, clock: ManualClock
) -> None:
    async with database.unit_of_work() as uow:
        request_id = uow.new_id()
        first = await _link(uow, request_id)
        second = await _link(uow, request_id)
    for wrong in (first, "a token nobody made at all", second + "x"):
        with pytest.raises(LinkUnknown):
            await database.run(redeem_link, wrong, Surface.CUSTOMER, DAY, None)
    with pytest.raises(LinkUnknown):
        await database.run(redeem_link, second, Surface.DESK, DAY, None)
    clock.advance(601)
    with pytest.raises(LinkExpired):
        await database.run(redeem_link, second, Surface.CUSTOMER, DAY, None)


async def test_old_sessions_and_links_are_not_kept_for_ever(database: Database, clock: ManualClock) -> None:
    async def begin(uow: UnitOfWork) -> None:
        await redeem_link(uow, await _link(uow, uow.new_id()), Surface.CUSTOMER, DAY, None)

    async def tidy(uow: UnitOfWork) -> None:
        await forget_ended(uow)
        await forget_expired(uow)

    async def kept() -> tuple[int | None, int | None]:
        await database.run(tidy)
        async with database.reading() as session:
            sessions = await session.scalar(select(func.count()).select_from(Session))
            return sessions, await session.scalar(select(func.count()).select_from(AccessLink))

    await database.run(begin)
    clock.advance(30 * 86_400)
    await database.run(begin)
    assert await kept() == (2, 2)
    clock.advance(2 * 86_400)
    assert await kept() == (1, 2)
    clock.advance(59 * 86_400)
    assert await kept() == (0, 1)


async def test_a_session_ends_with_time_with_signing_out_and_with_the_job(
    database: Database, clock: ManualClock
) -> None:
    async with database.unit_of_work() as uow:
        staff = await add_staff(uow, username="wu", name="吴", roles=frozenset({Role.REP}))
        sessions = [await start_session(uow, Surface.REP, DAY, staff_id=staff.id) for _ in range(3)]

    async def known(session: NewSession, surface: Surface | None = None) -> bool:
        async with database.reading() as reading:
            return await who(reading, session.token, clock.now(), surface) is not None

    assert await known(sessions[0]) and not await known(sessions[0], Surface.DESK)
    await database.run(end_session, sessions[0].token)
    assert [await known(session) for session in sessions] == [False, True, True]
    clock.advance(DAY.total_seconds() + 1)
    assert [await known(session) for session in sessions] == [False, False, False]


async def test_a_lost_race_runs_again_and_both_writers_count(database: Database) -> None:
    async def act(uow: UnitOfWork, number: int) -> None:
        await uow.audit(SYSTEM, "act", f"thing:{number}", number=number)

    results = await asyncio.gather(*(database.run(act, n) for n in range(3)), return_exceptions=True)
    assert results == [None, None, None]
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(AuditEntry)) == 3
        assert await first_broken_entry(session) is None


async def test_many_who_write_the_audit_log_at_once_all_get_their_turn(database: Database) -> None:
    async def act(uow: UnitOfWork, number: int) -> None:
        await uow.audit(SYSTEM, "act", f"thing:{number}")

    await asyncio.gather(*(database.run(act, number) for number in range(40)))
    async with database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(AuditEntry)) == 40
        assert await first_broken_entry(session) is None


async def test_what_breaks_a_rule_of_the_tables_is_a_fault_and_no_lost_race(database: Database) -> None:
    tries = 0

    async def of_nothing(uow: UnitOfWork) -> None:
        nonlocal tries
        tries += 1
        uow.session.add(InboxRow(group="desk", event_id=uow.new_id(), handled_at=uow.now))

    with pytest.raises(IntegrityError):
        await database.run(of_nothing)
    assert tries == 1, "running it again would break the same rule"


async def test_a_key_that_is_taken_each_time_is_a_fault(database: Database) -> None:
    row_id = uuid7(database.clock.now())

    async def the_same(uow: UnitOfWork) -> None:
        uow.session.add(OutboxRow(id=row_id, type="changed", version=1, body={}, created_at=uow.now))

    await database.run(the_same)
    with pytest.raises(IntegrityError):
        await database.run(the_same)


async def test_what_one_holds_another_waits_for(database: Database) -> None:
    """Without a version, without a lost race: each reads what the one before left."""

    async def count(uow: UnitOfWork) -> None:
        await uow.hold("the counter")
        last = (await uow.session.scalars(select(Staff.name).order_by(Staff.id.desc()).limit(1))).first()
        number = int(last or 0) + 1
        await add_staff(uow, username=f"wu{number}", name=str(number), roles=frozenset({Role.REP}))

    await asyncio.gather(*(database.run(count) for _ in range(8)))
    async with database.reading() as session:
        assert sorted(map(int, await session.scalars(select(Staff.name)))) == list(range(1, 9))


async def test_what_is_given_back_is_the_next_ones(database: Database) -> None:
    async with database.unit_of_work() as uow:
        held = await uow.hold_for_now("the counter")
        await held.give_back()
        if not database.is_sqlite:
            async with database.unit_of_work() as other, asyncio.timeout(5):
                await other.hold("the counter")


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE audit_entry SET action = 'nothing' WHERE number = 2", 2),
        ("DELETE FROM audit_entry WHERE number = 2", 3),
        ("UPDATE audit_entry SET number = CASE number WHEN 1 THEN 9 ELSE number END WHERE number = 1", 2),
    ],
)
async def test_tampering_with_the_audit_log_is_found(database: Database, tampering: str, found: int) -> None:
    for number in range(4):
        async with database.unit_of_work() as uow:
            await uow.audit(SYSTEM, "act", f"thing:{number}")
    async with database.unit_of_work() as uow:
        await uow.session.execute(text(tampering))
    async with database.reading() as session:
        assert await first_broken_entry(session) == found


async def test_nothing_of_a_failed_command_is_kept(database: Database) -> None:
    async def half(uow: UnitOfWork) -> None:
        await add_staff(uow, username="half", name="半", roles=frozenset({Role.REP}))
        raise CurbstopError("stop")

    with pytest.raises(CurbstopError):
        await database.run(half)
    async with database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM staff"))).scalar() == 0


async def test_a_lease_has_one_holder_and_its_token_grows(redis_client: Redis) -> None:
    a, b = Leases(redis_client, "a"), Leases(redis_client, "b")
    first = await a.acquire("room", 200)
    assert first is not None and await b.acquire("room", 200) is None
    renewed = await a.acquire("room", 200)
    assert renewed == first
    await asyncio.sleep(0.3)
    taken = await b.acquire("room", 2000)
    assert taken is not None and taken.token > first.token
    assert (
        await a.acquire("room", 200) is None
        and await redis_client.hget("curbstop:lease:room", "holder") == "b"
    )
    await a.release("room")
    assert await redis_client.hget("curbstop:lease:room", "holder") == "b", "only the holder gives it back"
    await b.release("room")
    again = await a.acquire("room", 200)
    assert again is not None and again.token > taken.token


def _shapes(count: int) -> list[tuple[shapely.Geometry, shapely.Geometry]]:
    chance = random.Random(7)
    pairs = []
    for _ in range(count):
        x, y = 7.40 + chance.random() * 0.02, 43.73 + chance.random() * 0.02
        ring = shapely.Point(x, y).buffer(0.002 + chance.random() * 0.006, quad_segs=3)
        point = shapely.Point(7.40 + chance.random() * 0.02, 43.73 + chance.random() * 0.02)
        pairs.append((ring, point))
    return pairs


async def test_spatial_sql_means_what_shapely_means_on_both(database: Database) -> None:
    async with database.reading() as session:
        for area, point in _shapes(60):
            a, p = from_shape(area, srid=4326), from_shape(point, srid=4326)
            row = (
                await session.execute(
                    select(
                        func.ST_Contains(a, p),
                        func.ST_Covers(a, p),
                        func.ST_Intersects(a, p),
                        func.ST_Distance(a, p),
                        func.ST_X(p),
                        func.ST_SRID(p),
                    )
                )
            ).one()
            contains, covers, intersects, distance, x, srid = row
            assert bool(contains) == area.contains(point)
            assert bool(covers) == area.covers(point)
            assert bool(intersects) == area.intersects(point)
            assert distance == pytest.approx(area.distance(point), abs=1e-12)
            assert (x, srid) == (pytest.approx(point.x), 4326)


async def test_distance_on_the_sphere_agrees(database: Database) -> None:
    a, b = (
        from_shape(shapely.Point(7.41, 43.73), srid=4326),
        from_shape(shapely.Point(7.43, 43.75), srid=4326),
    )
    async with database.reading() as session:
        metres = await session.scalar(select(func.ST_DistanceSphere(a, b)))
    assert metres == pytest.approx(2743.5989, abs=1e-3)


async def test_readers_see_one_state_while_a_writer_works(database: Database) -> None:
    async with database.unit_of_work() as uow:
        await add_staff(uow, username="wu", name="before", roles=frozenset({Role.REP}))
    async with database.reading() as session:
        query = text("SELECT name FROM staff")
        assert (await session.execute(query)).scalar() == "before"
        async with database.unit_of_work() as uow:
            await uow.session.execute(update(Staff).values(name="after"))
        assert (await session.execute(query)).scalar() == "before"
