"""``curbstop demo`` as another program starts it, the first time and later."""

from __future__ import annotations

import asyncio
import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.demo.clock import zone_for
from app.demo.command import STREETS
from app.demo.day import load
from app.migrations.schema import upgrade
from app.processes import die_with_parent
from kernel.database import Database
from kernel.settings import Settings

pytestmark = pytest.mark.timeout(120)


@contextmanager
def demo(data: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """``curbstop demo --json``, as another program starts it."""
    words = [sys.executable, "-m", "app.cli", "demo", "--json", "--port", "0", "--data", str(data), *options]
    process = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=die_with_parent(signal.SIGKILL),
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stdout.read() == ""  # one line, and no more
        process.stdout.close()


def redeem(link: str, surface: str) -> dict[str, Any]:
    address, _, token = link.partition("#k=")
    url = address.rpartition("/")[0]
    answer = httpx.post(
        f"{url}/api/sign-in-links/redemption",
        json={"token": token, "surface": surface, "bearer": True},
        verify=False,
    )
    return {"status": answer.status_code, **answer.json(), "url": url}


def test_the_demo_is_one_line_of_json_and_a_city_that_stays(tmp_path: Path) -> None:
    city = tmp_path / "data"
    with demo(city) as (process, line):
        assert line["ready"] is True and line["pid"] == process.pid
        assert httpx.get(line["openapi"]).json()["openapi"].startswith("3.1")
        assert httpx.get(line["customer"]).status_code == 200
        dispatcher = redeem(line["dispatcher"], "console")
        assert dispatcher["roles"] == ["dispatcher"]
        headers = {"Authorization": f"Bearer {dispatcher['session']['token']}"}
        zones = httpx.get(f"{dispatcher['url']}/api/zones", headers=headers).json()
        assert len(zones["features"]) == 24
        tasks = httpx.get(f"{dispatcher['url']}/api/tasks", headers=headers).json()
        assert tasks
        assert redeem(line["technician"], "desk")["roles"] == ["technician"]
        assert redeem(line["rep"], "rep")["roles"] == ["rep"]
        assert redeem(line["rep"], "rep")["error"]["code"] == "link_spent"
        for private in ("links.json", "password.txt", "demo.json"):
            assert stat.S_IMODE((city / private).stat().st_mode) == 0o600
        assert stat.S_IMODE(city.stat().st_mode) == 0o700

        words = [sys.executable, "-m", "app.cli", "demo", "--port", "0", "--data", str(city)]
        second = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
        assert second.returncode == 1
        assert "uses the folder" in second.stderr

    # Later, for a phone: HTTPS on this machine's own address, since a test machine may be in no network.
    began = time.monotonic()
    with demo(city, "--phone", "--host", "127.0.0.1") as (_, later):
        assert time.monotonic() - began < 30
        assert later["customer"].startswith("https://127.0.0.1:")
        assert later["dispatcher"] != line["dispatcher"]
        answer = httpx.get(later["customer"], verify=False)
        assert answer.status_code == 200
        assert "max-age" in answer.headers["strict-transport-security"]
        assert redeem(later["dispatcher"], "console")["id"] == dispatcher["id"]


def test_a_start_on_a_later_day_makes_that_day_s_morning(tmp_path: Path) -> None:
    """What it takes on an idle machine is a few seconds; here others work beside it."""
    data = tmp_path / "data"

    async def yesterday() -> None:
        settings = Settings(data=data, road_graph=STREETS)
        data.mkdir()
        database = Database(settings.sqlalchemy_url)
        await upgrade(database)
        await database.close()
        now = datetime.now(UTC) - timedelta(days=1)
        zone = zone_for(now, settings.timezone)
        (await load(settings.model_copy(update={"timezone": zone}), 1, now, lambda line: None)).write(data)

    asyncio.run(yesterday())
    with demo(data) as (_, line):
        rep = redeem(line["rep"], "rep")
        headers = {"Authorization": f"Bearer {rep['session']['token']}"}
        deadline = time.monotonic() + 40
        while len(httpx.get(f"{rep['url']}/api/rep/route", headers=headers).json()["stops"]) < 3:
            assert time.monotonic() < deadline, "the representative's day stays empty"
            time.sleep(0.5)
