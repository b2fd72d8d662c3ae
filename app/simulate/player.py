"""A day of a made-up city, played against an installation: everybody comes, works, and goes home."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.simulate.city import City
from app.simulate.clock import DayClock
from app.simulate.day import SHIFT_S, Absence, Contact, Day, Job
from app.simulate.desk import Hotline
from app.simulate.ledger import Ledger
from app.simulate.office import Office
from app.simulate.oracle import Stored, findings
from app.simulate.reps import Phone, Rules
from app.simulate.survey import settled, survey
from app.simulate.wire import Answer, Wire

SIGN_INS_AT_ONCE = 16
LATE_CALLS_S = 3600.0


class SetUpFailed(Exception):
    """The installation did not take what the city needs: what was refused, and why."""


@dataclass(frozen=True)
class Staff:
    """Names and passwords of those whom the installation knows: one dispatcher who is a supervisor as well,
    and the technicians.
    """

    office: tuple[str, str]
    technicians: tuple[tuple[str, str], ...]


@dataclass
class Player:
    """Everything that one day needs. ``say`` is told how far it is."""

    url: str
    city: City
    day: Day
    clock: DayClock
    midnight: datetime
    staff: Staff
    policy: str
    declines: float
    say: Callable[[str], None]
    ledger: Ledger = field(default_factory=Ledger)
    phones: dict[str, Phone] = field(default_factory=dict)
    _wire: Wire = field(init=False)
    _ratings: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._wire = Wire(self.url, self.ledger.seen)

    async def set_up(self) -> None:
        """Bring the city in, and sign everybody in.

        Raises:
            SetUpFailed: the installation refused something.
        """
        self._office_token = await self._sign_in(*self.staff.office, "console")
        self._technicians = [await self._sign_in(*who, "desk") for who in self.staff.technicians]
        self.say(f"Importing {len(self.city.zones)} zones and {len(self.city.reps)} representatives …")
        await self._import("zones", "zones.geojson", self.city.zone_file())
        taken = await self._import("reps", "reps.csv", self.city.rep_file())
        links = {each["code"]: each["link"].partition("#k=")[2] for each in taken.body["sign_ins"]}
        listed = _good(await self._wire.call("GET", "/api/reps", "/api/reps", self._office_token), "reps")
        self._reps = {rep["code"]: rep["id"] for rep in listed.body}
        shift = (self._moment(SHIFT_S[0]), min(self._moment(SHIFT_S[1]), self._moment(self.day.closes_s)))
        self._rules = Rules(self.day.seed, self.declines, shift)
        places = asyncio.Semaphore(SIGN_INS_AT_ONCE)

        async def sign_in(number: int, code: str) -> tuple[str, str]:
            body = {"token": links[code], "surface": "rep", "bearer": True}
            path = "/api/sign-in-links/redemption"
            home = f"10.200.{number >> 8}.{number & 255}"
            async with places:
                answer = await self._wire.call("POST", path, path, None, body, address=home)
            return code, _good(answer, f"sign-in of {code}").body["session"]["token"]

        codes = [rep.code for rep in self.city.reps]
        tokens = dict(await asyncio.gather(*(sign_in(number, code) for number, code in enumerate(codes))))
        live = self.url.replace("http", "ws", 1) + "/api/live"
        for person in self.city.reps:
            token, id = tokens[person.code], self._reps[person.code]
            self.phones[person.code] = Phone(
                person, token, self._wire, self.clock, self.ledger, self._rules, live, self._finished, id
            )
        self._office = Office(
            self._wire, self.clock, self.ledger, self._office_token, self.midnight, self._reps
        )
        await self._office.set_policy(self.policy)
        self._hotline = Hotline(self._wire, self.clock, self.ledger, self.midnight, self._technicians)

    async def play(self) -> None:
        """The day, to its end."""
        closes = self._moment(self.day.closes_s)
        self.say(
            f"The day begins: {len(self.day.contacts)} calls and {len(self.day.jobs)} tasks are planned."
        )
        async with asyncio.TaskGroup() as everybody:
            everybody.create_task(self._at_their_times(self.day.contacts, self._hotline.call_in))
            everybody.create_task(self._at_their_times(self.day.jobs, self._office.enter))
            everybody.create_task(self._at_their_times(self.day.absences, self._fall_ill))
            everybody.create_task(self._hotline.answer(closes))
            telling = everybody.create_task(self._tell())
            for phone in self.phones.values():
                everybody.create_task(phone.work())
            await self.clock.until(closes)
            telling.cancel()
        await asyncio.gather(*self._ratings)

    async def look(self) -> Stored:
        """What is there once everything has settled."""
        self.say("Reading what is there …")
        asked = self.ledger.requests

        def visits() -> set[str]:
            return {id for id, each in asked.items() if each.outcome == "needs_visit"}

        await settled(self._wire, self._office_token, visits)
        tokens = {code: phone.token for code, phone in self.phones.items()}
        return await survey(self._wire, self._office_token, self._reps, tokens)

    async def judge(self) -> tuple[Stored, list[str]]:
        """What is there, and what of it does not agree with what was acknowledged.

        The clocks of the house go on while it is read, so what does not agree has to be found again.
        """
        stored = await self.look()
        found = findings(self.ledger, stored)
        if found:
            self.say(f"{len(found)} findings; reading again …")
            stored = await self.look()
            again = set(findings(self.ledger, stored))
            found = [finding for finding in found if finding in again]
        return stored, found

    def close(self) -> None:
        self._wire.close()

    def _finished(self, task: dict[str, Any]) -> None:
        """The customer of a task that is done may say how it went."""
        if (id := task["request_id"]) in self._hotline.truths:
            rating = asyncio.create_task(self._hotline.rate(id))
            self._ratings.add(rating)
            rating.add_done_callback(self._ratings.discard)

    async def _fall_ill(self, absence: Absence) -> None:
        self.phones[absence.rep].gone = True
        await self._office.report_ill(absence.rep)

    async def _at_their_times(
        self,
        events: tuple[Contact, ...] | tuple[Job, ...] | tuple[Absence, ...],
        act: Callable[..., Awaitable[None]],
    ) -> None:
        """Start each at its moment, whatever the others take."""
        closes = self._moment(self.day.closes_s)
        async with asyncio.TaskGroup() as started:
            for event in events:
                moment = self._moment(event.at_s)
                if moment >= closes:
                    break
                self.ledger.slips_s.append(await self.clock.until(moment))
                started.create_task(_awaited(act, event))

    async def _tell(self) -> None:
        while True:
            await self.clock.sleep(1800)
            led = self.ledger
            self.say(
                f"{self.clock.now().astimezone(self.midnight.tzinfo):%H:%M}  {len(led.requests)} calls,"
                f" {len(led.created)} tasks entered, {led.accepted.total()} accepted, {len(led.done)} done,"
                f" {led.acknowledged} positions"
            )

    async def _sign_in(self, username: str, password: str, surface: str) -> str:
        body = {"username": username, "password": password, "surface": surface, "bearer": True}
        answer = await self._wire.call(
            "POST", "/api/sessions", "/api/sessions", None, body, address="10.201.0.1"
        )
        return str(_good(answer, f"sign-in of {username}").body["session"]["token"])

    async def _import(self, kind: str, name: str, content: bytes) -> Answer:
        path = f"/api/imports/{kind}"
        answer = await self._wire.upload(f"{path}?confirmed=true", path, self._office_token, name, content)
        return _good(answer, f"import of {kind}")

    def _moment(self, seconds: float) -> datetime:
        return self.midnight + timedelta(seconds=seconds)


async def _awaited(act: Callable[..., Awaitable[None]], event: object) -> None:
    await act(event)


def _good(answer: Answer, what: str) -> Answer:
    if not answer.ok:
        raise SetUpFailed(f"{what}: {answer.status} {answer.code} {str(answer.body)[:600]}")
    return answer
