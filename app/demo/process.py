"""The demo's own process: fills an empty installation, makes fresh links, and keeps the day going.

``python -m app.child demo``, started by :mod:`app.demo.command` beside the web worker and the media node. A
later start on the same day only makes links, so what is heavy is imported where it is needed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Date, bindparam, select, text

from app.demo.clock import same_day
from app.demo.state import LINKS_FILE, LOADING_FILE, SAYS, DemoState, write_private
from app.log_setup import set_up_logging
from app.migrations.schema import upgrade
from app.processes import watch_tether
from app.serve import READY_LINE
from kernel.actors import Surface
from kernel.clock import SystemClock
from kernel.database import Database
from kernel.identity.links import create_link
from kernel.identity.staff import Staff
from kernel.settings import Settings

log = structlog.get_logger(__name__)

PEOPLE = Path(__file__).resolve().parents[2] / "demo" / "staff.json"
SETTLE_S = 5.0
POLITE = 10
"""How far the making of a later day's morning stands back behind the processes that serve."""
PAGES = {
    "technician": ("desk", Surface.DESK),
    "rep": ("rep", Surface.REP),
    "dispatcher": ("console", Surface.CONSOLE),
    "agent": ("counter", Surface.COUNTER),
}


def say(words: str) -> None:
    sys.stdout.write(f"{SAYS}{words}\n")
    sys.stdout.flush()


async def run(settings: Settings, seed: int) -> None:
    """Prepare what is missing, tell that it is ready, and keep the day going until cancelled."""
    database = Database(settings.sqlalchemy_url)
    try:
        if await upgrade(database):
            say("The database is made.")
        state = DemoState.read(settings.data)
        if state is None and await _is_empty(database):
            from app.demo.day import load

            (settings.data / LOADING_FILE).touch()
            state = await load(settings, seed, SystemClock().now(), say)
            state.write(settings.data)
            (settings.data / LOADING_FILE).unlink()
        # Before a later day's morning is made, the day before tells who has a full route: the days are alike.
        last = datetime.fromisoformat(state.opening).date() if state else None
        write_private(settings.data / LINKS_FILE, json.dumps(await make_links(database, settings, last)))
        sys.stdout.write(READY_LINE + "\n")
        sys.stdout.flush()
        await _today(settings, state)
        if state is None:
            await asyncio.Event().wait()
        else:
            await asyncio.sleep(SETTLE_S)  # the pages come first
            from app.demo.day import keep_going

            await keep_going(database, settings, state)
    finally:
        await database.close()


async def _today(settings: Settings, state: DemoState | None) -> None:
    """On a later day the folder's city wakes to a new morning."""
    now = SystemClock().now()
    if state is None or (same_day(now, settings.timezone, state.opening) and not state.making):
        return
    os.nice(POLITE)  # the pages come first, and see it come in
    try:
        from app.demo.day import make_morning

        await make_morning(settings, state, now)
    except Exception:
        log.exception("demo_morning_stumbled")  # the next start goes on from there


async def _is_empty(database: Database) -> bool:
    async with database.reading() as session:
        return (await session.scalars(select(Staff.id).limit(1))).first() is None


async def make_links(database: Database, settings: Settings, day: date | None = None) -> dict[str, str]:
    """A one-use sign-in link for one member of staff of each kind, and the customers' public start.

    Which representative has a full route is looked up on ``day`` (None: today).
    """
    url = settings.base_url
    links = {"customer": f"{url}/"}
    day = day or SystemClock().now().astimezone(ZoneInfo(settings.timezone)).date()
    for kind, (page, surface) in PAGES.items():
        found = await _first_of(database, kind, day)
        if found is not None:
            lifetime = timedelta(minutes=settings.sign_in_link_minutes)
            token = await database.run(create_link, surface, lifetime, staff_id=found.id)
            links[kind] = f"{url}/{page}#k={token}"
            links[f"{kind}_username"] = found.username
    # No link: a supervisor's pages have the console's session, which is the dispatcher's in the same browser.
    if (supervisor := await _first_of(database, "supervisor", day)) is not None:
        links["supervisor_username"] = supervisor.username
    return links


# By plain SQL: the tables of the field take a second to load.
BUSIEST = text(
    """staff.id = (
        SELECT rep.staff_id FROM rep
        LEFT JOIN route ON route.rep_id = rep.id AND route.day = :day
        LEFT JOIN visit ON visit.route_id = route.id
        LEFT JOIN task ON task.id = visit.task_id
        WHERE rep.active
        GROUP BY rep.id, rep.staff_id, rep.code
        ORDER BY max(CASE WHEN task.id IS NULL OR task.finished_at IS NOT NULL THEN 0 ELSE 1 END) DESC,
            count(task.id) DESC, rep.code
        LIMIT 1)"""
).bindparams(bindparam("day", type_=Date))


async def _first_of(database: Database, kind: str, day: date) -> Staff | None:
    """The member of staff whose duty that is in the demo; in another installation, anyone who may.

    Of the representatives it is the one with the fullest day, of those who have something left to do.
    """
    people = json.loads(PEOPLE.read_text("utf-8"))
    preferred = {person["username"] for person in people if person["duty"] == kind}
    async with database.reading() as session:
        if kind == "rep":
            return (await session.scalars(select(Staff).where(BUSIEST), {"day": day})).first()
        everyone = (await session.scalars(select(Staff).where(Staff.active).order_by(Staff.username))).all()
    able = [staff for staff in everyone if kind in staff.roles]
    return next((staff for staff in reversed(able) if staff.username in preferred), next(iter(able), None))


async def _until_stopped(settings: Settings, seed: int) -> None:
    task = asyncio.create_task(run(settings, seed))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tether", type=int, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    watch_tether(chosen.tether)
    settings = Settings()
    set_up_logging(settings)
    asyncio.run(_until_stopped(settings, chosen.seed))
