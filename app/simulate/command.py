"""``curbstop simulate day``: a made-up city's day against an installation, and what it has shown."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.command_line import say
from app.simulate.city import City, make_city
from app.simulate.clock import DayClock, in_truth
from app.simulate.day import OPENS_S, Day, Wishes, plan_day
from app.simulate.installation import Installation, NotStarted, hire, running
from app.simulate.player import Player, SetUpFailed, Staff
from app.simulate.report import Report, Setting, as_page, compared, make_report

TIMEZONE = "Asia/Shanghai"
PREPARE_S = (45.0, 0.15)
"""In truth, until everybody is signed in: for any city, and for each representative more."""


def size_of(text: str) -> tuple[int, int]:
    """``2000x1500``: zones and representatives."""
    found = re.fullmatch(r"([0-9]{1,5})[x×]([0-9]{1,5})", text)
    if found is None or int(found[1]) < 3 or int(found[2]) < 1:
        raise ValueError("--city says zones x representatives, as 2000x1500")
    return int(found[1]), int(found[2])


def simulate(options: argparse.Namespace) -> int:
    """Play the day once for each policy; 0 where nothing was lost, doubled or answered wrongly."""
    try:
        zones, reps = size_of(options.city)
    except ValueError as fault:
        say(str(fault))
        return 2
    policies = options.policy or ["propose"]
    if len(policies) > 1 and (os.environ.get("CURBSTOP_DATABASE_URL") or options.base_url):
        say("Each policy needs an empty installation of its own: here one --policy a run.")
        return 2
    say(f"Making a city of {zones} zones and {reps} representatives …")
    city = make_city(zones, reps, options.seed)
    tasks = options.tasks or reps * 10
    wishes = Wishes(tasks, options.hours, options.ill, min(options.burst, tasks // 3), options.declines)
    day = plan_day(city, wishes, options.seed)
    reports: list[Report] = []
    for policy in policies:
        say(f"Policy {policy}:")
        try:
            report = once(options, city, day, policy)
        except (NotStarted, SetUpFailed) as fault:
            say(f"It could not be played. {fault}")
            return 1
        reports.append(report)
        _keep(options.out, f"{policy}", report)
    if len(reports) > 1:
        page = compared(reports)
        (options.out / "policies.md").write_text(page, "utf-8")
        say(page)
    bad = sum(len(report["findings"]) + len(report["faults"]) for report in reports)
    return 1 if bad else 0


def once(options: argparse.Namespace, city: City, day: Day, policy: str) -> Report:
    """One day under one policy, on an installation of its own, or on the one that is named."""
    zone = ZoneInfo(TIMEZONE)
    technicians = options.technicians or max(2, round(len(day.contacts) / day.hours / 5))
    with ExitStack() as stack:
        if options.base_url:
            house, staff = elsewhere(options)
        else:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="curbstop-day-")))
            # The clock runs while everything is made ready, so it begins so much before the day does.
            prepare = options.prepare or PREPARE_S[0] + PREPARE_S[1] * len(city.reps)
            start = _midnight(in_truth().astimezone(zone)) + timedelta(
                seconds=OPENS_S - prepare * options.scale
            )
            house = stack.enter_context(running(data, start, options.scale, TIMEZONE, options.workers))
            staff = hire(data, technicians)
        clock = DayClock(*house.origin, options.scale)
        midnight = _midnight((clock.now() + timedelta(hours=12)).astimezone(zone))
        player = Player(house.url, city, day, clock, midnight, staff, policy, options.declines, say)
        return asyncio.run(_played(options, player, house))


def elsewhere(options: argparse.Namespace) -> tuple[Installation, Staff]:
    """An installation that runs already, and who may sign in there.

    Raises:
        SetUpFailed: the command does not say who, or in a way that cannot be read.
    """
    shown, _, since = (options.origin or "").partition("/")
    now = in_truth()
    try:
        listed = json.loads(options.staff.read_text("utf-8"))
        office, technicians = listed["office"], listed["technicians"]
        staff = Staff((office[0], office[1]), tuple((name, password) for name, password in technicians))
        origin = (datetime.fromisoformat(shown), datetime.fromisoformat(since)) if shown else (now, now)
    except (AttributeError, OSError, ValueError, KeyError, IndexError, TypeError) as fault:
        raise SetUpFailed(
            f"--base-url needs --staff FILE, and --origin where its clock is faster: {fault}"
        ) from None
    return Installation(options.base_url.rstrip("/"), None, options.base_url, origin), staff


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


async def _played(options: argparse.Namespace, player: Player, house: Installation) -> Report:
    load = os.getloadavg()[0]
    try:
        await player.set_up()
        opens = player.midnight + timedelta(seconds=OPENS_S)
        if player.clock.now() > opens:
            raise SetUpFailed(
                "It is past half past seven there: give the preparing more seconds by --prepare"
            )
        await player.clock.until(opens)
        begun, lived = time.monotonic(), player.clock.now()
        cpu = house.cpu_s()
        await player.play()
        took, lived_s = time.monotonic() - begun, (player.clock.now() - lived).total_seconds()
        spent = {name: round(value - cpu.get(name, 0.0), 1) for name, value in house.cpu_s().items()}
        spent["generator"] = round(time.process_time(), 1)
        stored, found = await player.judge()
    finally:
        player.close()
    setting = Setting(
        *(
            len(player.city.zones),
            len(player.city.reps),
            len(stored.tasks),
            player.day.hours,
            player.day.seed,
        ),
        *(options.scale, player.policy, len(player.staff.technicians), house.foundation),
        command="curbstop " + " ".join(sys.argv[1:]),
        load=(load, os.getloadavg()[0]),
        cpu=spent,
    )
    return make_report(setting, player.ledger, stored, found, took, lived_s)


def _keep(folder: Path, name: str, report: Report) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(report, ensure_ascii=False, indent=1), "utf-8")
    page = as_page(report)
    (folder / f"{name}.md").write_text(page, "utf-8")
    say(page)
