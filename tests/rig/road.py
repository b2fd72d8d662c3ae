"""What the whole road needs, from a customer's first tap to the rating: a staffed town on a working morning,
two devices whose lines may break, and an eye on who is answerable.

The town is :mod:`tests.rig.town`'s, with vans that carry what a leaking joint takes.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from redis.asyncio import Redis
from sqlalchemy import select
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from kernel.actors import Role, Surface
from kernel.audit import AuditEntry, first_broken_entry
from kernel.identity.links import create_link
from tests.rig.foundations import Foundation
from tests.rig.people import Caller, Person
from tests.rig.room_client import Frame, MediaPeer, RoomClient, RoomError, in_room, media_of
from tests.rig.stack import RunningApp, running_app
from tests.rig.town import HEADER, inside, zone_file
from tests.rig.working_day import morning_zone

VANS = f"""{HEADER},zones
ann,安,Ann,+86 138 0013 8001,ann,SA,leak_repair:3;valve:2,2,washer_set:9,08:00,17:30,7.405,43.705,A1
bob,博,Bob,+86 138 0013 8002,bob,SA,leak_repair:2;meter_work:2,2,washer_set:9,08:00,17:30,7.415,43.705,A2
cyd,慈,Cyd,+86 138 0013 8003,cyd,SB,meter_work:3;leak_repair:1,1,washer_set:9,08:00,17:30,7.425,43.705,B1;B2
"""
OWNERS = {"A1": "ann", "A2": "bob", "B1": "cyd", "B2": "cyd"}
STAFF = {
    "zhao": (Role.SUPERVISOR, "Zhao"),
    "sun": (Role.DISPATCHER, "Sun"),
    "chen": (Role.TECHNICIAN, "Chen"),
    "wang": (Role.TECHNICIAN, "Wang"),
}
OUTSIDE = (7.455, 43.705)
"""A place in no zone, a mile east of the town."""
WITHIN_S = 20.0
"""How long anything may take that has no promise of its own."""
MOVED_WITHIN_S = 8.0
PICTURES = 5
"""So many further ones mean that the picture runs."""


def morning_product(
    foundation: Foundation, *, workers: int = 0, nodes: int = 0
) -> AbstractContextManager[RunningApp]:
    """The product at about ten in the morning; full has two web workers and two media nodes."""
    usual = 2 if foundation.kind == "full" else 1
    zone = morning_zone(datetime.now(UTC))
    return running_app(foundation, workers=workers or usual, nodes=nodes or usual, timezone=zone)


@asynccontextmanager
async def staffed_morning(foundation: Foundation) -> AsyncIterator[Crew]:
    """The product with a crew, for one test."""
    with morning_product(foundation) as app:
        try:
            yield await Crew.hire(app)
        finally:
            await app.close()


@asynccontextmanager
async def resumed_morning(foundation: Foundation, crew: Crew) -> AsyncIterator[RunningApp]:
    """The product started again on a foundation that it has run on, with the crew that it had."""
    with morning_product(foundation) as app:
        try:
            crew.app = app
            yield app
        finally:
            await app.close()


@dataclass
class Crew:
    """Who works in the town, by username. Tokens outlive one test's connections; people do not."""

    app: RunningApp
    tokens: dict[str, str]
    links: dict[str, str]
    """Sign-in links of representatives that nobody has opened yet."""

    @classmethod
    async def hire(cls, app: RunningApp, *, reps_sign_in: bool = True) -> Crew:
        """Zhao answers for what nobody has taken, Sun dispatches, Chen and Wang sit at desks; three reps."""
        tokens: dict[str, str] = {}
        for username, (role, name) in STAFF.items():
            tokens[username] = str((await app.staff(role, username, name=name)).token)
        sun = app.caller(tokens["sun"])
        await sun.upload("/api/imports/zones", zone_file(), name="zones.geojson")
        report = await sun.upload("/api/imports/reps", VANS.encode(), name="reps.csv")
        links = {each["code"]: each["link"] for each in report["sign_ins"]}
        for code in tuple(links) if reps_sign_in else ():
            secret = links.pop(code).partition("#k=")[2]
            body = {"token": secret, "surface": Surface.REP.value, "bearer": True}
            answer = await app.caller().post("/api/sign-in-links/redemption", body)
            tokens[code] = answer["session"]["token"]
        return cls(app, tokens, links)

    async def desk_link(self, username: str) -> str:
        """A one-use link that signs a technician in at a desk."""
        me = await self.be(username).get("/api/me")
        async with self.app.database() as database:
            token = await database.run(create_link, Surface.DESK, timedelta(hours=1), staff_id=UUID(me["id"]))
        return f"{self.app.url}/desk#k={token}"

    def be(self, username: str) -> Caller:
        """A program signed in as that person."""
        return self.app.caller(self.tokens[username])


def request_path(customer: Person | UUID | str, more: str = "") -> str:
    """Where a request is; of a customer, their own."""
    return f"/api/requests/{customer.request_id if isinstance(customer, Person) else customer}{more}"


async def describe(customer: Person, zone: str | None = "A1") -> None:
    """Say where it is (None: somewhere outside every zone) and whom to call."""
    lon, lat = inside(zone) if zone else OUTSIDE
    seen = await customer.get(request_path(customer))
    place = {"address": "解放路 12 号", "lon": lon, "lat": lat, "source": "pin"}
    contact = {"name": "林女士", "phone": "138 0013 8000"}
    await customer.patch(
        request_path(customer), {"version": seen["version"], "place": place, "contact": contact}
    )


@dataclass
class Watch:
    """A request seen from outside: its state and its one owner, step by step."""

    reader: Caller
    request_id: str
    owners: list[tuple[str, str]] = field(default_factory=list)

    async def stands(self, state: str, owner: str, visit: str | None = None) -> dict[str, Any]:
        """Wait until the request is in ``state``, answered for by ``owner``, its visit as said.

        What the field tells travels through the bus, so that it is not there at once.
        """
        seen: dict[str, Any] = {}
        wanted = (state, owner, visit)
        try:
            async with asyncio.timeout(WITHIN_S):
                while _standing(seen) != wanted:
                    await asyncio.sleep(0.05 if seen else 0)
                    seen = await self.reader.get(request_path(self.request_id))
        except TimeoutError:
            raise AssertionError(f"wanted {wanted}, stands at {_standing(seen)}") from None
        self.owners.append((state, owner))
        return seen

    async def timeline(self) -> list[tuple[str, str, str]]:
        """What has happened, whose step it was, and who was answerable from then on."""
        lines = await self.reader.get(request_path(self.request_id, "/timeline"))
        assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
        assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
        return [(line["kind"], line["actor_name"] or line["actor"], line["owner"]["name"]) for line in lines]


def _standing(seen: dict[str, Any]) -> tuple[str, str, str | None] | None:
    if not seen:
        return None
    return seen["state"], seen["owner"]["name"], seen["visit"] and seen["visit"]["state"]


async def audited(app: RunningApp, subject: str) -> list[str]:
    """What the audit log says was done to ``subject``; its chain is whole."""
    async with app.database() as database, database.reading() as session:
        assert await first_broken_entry(session) is None
        query = select(AuditEntry.action).where(AuditEntry.subject == subject).order_by(AuditEntry.number)
        return list(await session.scalars(query))


# the call -------------------------------------------------------------------------------------------


class Device:
    """A phone or desk in a call, as ``docs/protocol.md`` wants one: it comes back when its line breaks
    (section 5), and says again what it was told to say again (section 9)."""

    def __init__(self, app: RunningApp, request_id: str, token: str) -> None:
        self._app, self.request_id, self._token = app, request_id, token
        self._tab = f"tab-{uuid4().hex}"
        self._stack = AsyncExitStack()
        self.room: RoomClient
        self.media: MediaPeer
        self.earlier: list[Frame] = []
        """What came over lines that broke."""

    @property
    def peer(self) -> str:
        return self.room.peer

    async def open(self) -> None:
        """Greet and join; the first time make a peer connection too."""
        line = in_room(self._app.url, self.request_id, self._token, tab=self._tab)
        self.room = await self._stack.enter_async_context(line)
        if hasattr(self, "media"):
            self.media.client = self.room
        else:
            self.media = await self._stack.enter_async_context(media_of(self.room, publish=True))
        await self.room.join("video")

    async def close(self) -> None:
        await self._stack.aclose()

    async def ask(self, type: str, **fields: Any) -> Frame:
        """A request that may be repeated, until it is answered."""
        met: list[str] = []
        try:
            async with asyncio.timeout(WITHIN_S):
                for attempt in itertools.count():
                    try:
                        return await self.room.ask(type, **fields)
                    except RoomError as refusal:
                        if "retry_after_ms" not in refusal.frame:
                            raise
                        met.append(refusal.code)
                        await asyncio.sleep(refusal.frame["retry_after_ms"] / 1000)
                    except (ConnectionClosed, AssertionError) as broken:
                        met.append(str(broken)[:80])
                        await self._come_back(broken, attempt)
        except TimeoutError:
            raise AssertionError(f"{type} was not answered within {WITHIN_S} s; met: {met}") from None
        raise AssertionError("unreachable")

    async def _come_back(self, broken: Exception, attempt: int) -> None:
        if self.room.connection.close_code is None:
            raise broken
        assert self.room.connection.close_code in (1001, 1006, 1011, 1012, 1013), broken
        before = self.peer
        self.earlier += self.room.log
        try:
            await self.open()
        except (OSError, InvalidHandshake, ConnectionClosed, AssertionError):
            await asyncio.sleep(min(2, 0.25 * 2 ** min(attempt, 8)))
            return
        assert self.peer == before, "the same person with the same tab is the same peer"

    async def reads(self, message: Frame) -> None:
        """Wait until a line of chat is on the screen: announced, or in the snapshot on coming back."""
        try:
            async with asyncio.timeout(WITHIN_S):
                for attempt in itertools.count():
                    if any(message in _lines(frame) for frame in [*self.earlier, *self.room.log]):
                        return
                    if self.room.connection.close_code is not None:
                        await self._come_back(AssertionError("closed"), attempt)
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"{message} did not come") from None

    async def look_at(self, other: Device) -> None:
        """Wait until pictures of the other arrive, offering again for each stream not asked for yet."""
        goal = self.media.frames.get(other.peer, 0) + PICTURES
        try:
            async with asyncio.timeout(WITHIN_S):
                while self.media.frames.get(other.peer, 0) < goal:
                    if self.media.lacks(other.peer):
                        await self.media.offer(restart=True)
                    await asyncio.sleep(0.02)
        except TimeoutError:
            seen, streams = self.media.frames, self.room.streams
            raise AssertionError(f"no {goal} pictures of {other.peer}: {seen}, {streams}") from None

    async def told_to_move(self, since: int) -> bool:
        """Whether the room says that the media node is gone; it knows within seconds."""
        try:
            await self.room.heard("moved", within_s=MOVED_WITHIN_S, since=since)
        except AssertionError:
            return False
        async with asyncio.timeout(WITHIN_S):
            while True:
                try:
                    await self.media.start_anew()
                    return True
                except RoomError as refusal:
                    assert refusal.code == "media_unavailable", refusal
                    await asyncio.sleep(refusal.frame["retry_after_ms"] / 1000)


def _lines(frame: Frame) -> list[Frame]:
    """The chat in a frame."""
    if frame["type"] == "joined":
        return list(frame["messages"])
    return [frame["message"]] if frame["type"] == "chat_added" else []


async def holder_of(app: RunningApp, request_id: str) -> str:
    """Which web worker runs the room of a request."""
    async with Redis.from_url(app.redis_url(), decode_responses=True) as redis:
        return str(await redis.hget(f"room:claim:{request_id}", "worker"))


@asynccontextmanager
async def in_call(app: RunningApp, customer: Person, token: str) -> AsyncIterator[tuple[Device, Device]]:
    """Phone and desk in the room, each seeing the other's picture through the media node."""
    request_id = str(customer.request_id)
    phone, desk = Device(app, request_id, str(customer.token)), Device(app, request_id, token)
    try:
        for device in (phone, desk):
            await device.open()
        for device in (phone, desk):
            await device.media.offer()
        await desk.look_at(phone)
        await phone.look_at(desk)
        yield phone, desk
    finally:
        for device in (desk, phone):
            await device.close()
