"""The product as processes: whatever is killed comes back, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from app.processes import die_with_parent
from tests.rig.foundations import Foundation
from tests.rig.people import Refusal
from tests.rig.servers import wait_until
from tests.rig.stack import RunningApp, running_app

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120)]

BACK_WITHIN_S = 30.0


@pytest.fixture
async def small_app(embedded: Foundation) -> AsyncIterator[RunningApp]:
    with running_app(embedded) as started:
        yield started
        await started.close()


def gone(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


async def test_a_killed_web_worker_is_back_in_seconds(small_app: RunningApp) -> None:
    technician = await small_app.staff("technician")
    began = time.monotonic()
    small_app.kill("web-1")
    # The listening socket is the supervisor's: this call waits for the new worker, and is not refused.
    fresh = small_app.caller(technician.token)
    assert (await fresh.get("/api/me"))["id"] == str(technician.id)
    assert time.monotonic() - began < BACK_WITHIN_S


async def test_calls_go_on_while_redis_is_away_and_after(small_app: RunningApp) -> None:
    technician = await small_app.staff("technician")
    pid = small_app.kill("redis")
    assert (await technician.get("/api/me"))["id"] == str(technician.id)
    await small_app.replaced("redis", pid)
    wait_until(
        lambda: httpx.get(f"{small_app.url}/readyz").json()["redis"], "Redis in /readyz", BACK_WITHIN_S
    )
    async with technician.socket("/api/live") as live:
        assert await live.receive("welcome")


async def test_a_killed_media_node_is_registered_again(small_app: RunningApp) -> None:
    pid = small_app.kill("media-1")
    await small_app.replaced("media-1", pid, BACK_WITHIN_S)


async def test_nothing_outlives_a_killed_supervisor(small_app: RunningApp) -> None:
    children = list(small_app.processes().values())
    assert len(children) == 3
    os.kill(small_app.pid, signal.SIGKILL)
    wait_until(lambda: all(map(gone, children)), "the end of all children", BACK_WITHIN_S)


async def test_headers_without_end_are_refused(small_app: RunningApp) -> None:
    with pytest.raises((Refusal, httpx.HTTPError)) as refused:
        await small_app.caller().call("GET", "/healthz", headers={"x-long": "y" * (1 << 20)})
    if isinstance(refused.value, Refusal):
        assert refused.value.status == 400


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


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo city in it; the first test that starts it fills it."""
    return tmp_path_factory.mktemp("city") / "data"


def test_the_demo_is_one_line_of_json_and_a_city(city: Path) -> None:
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

        words = [sys.executable, "-m", "app.cli", "demo", "--port", "0", "--data", str(city)]
        second = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
        assert second.returncode == 1
        assert "uses the folder" in second.stderr


def test_what_the_demo_keeps_is_its_owner_s(city: Path) -> None:
    with demo(city):
        for private in ("links.json", "password.txt", "demo.json"):
            assert stat.S_IMODE((city / private).stat().st_mode) == 0o600
        assert stat.S_IMODE(city.stat().st_mode) == 0o700


def test_a_later_start_has_the_same_people_and_a_phone_gets_https(city: Path) -> None:
    """HTTPS on this machine's own address, since a test machine may be in no network."""
    with demo(city) as (_, first):
        before = redeem(first["dispatcher"], "console")
    began = time.monotonic()
    with demo(city, "--phone", "--host", "127.0.0.1") as (_, line):
        assert time.monotonic() - began < 30
        assert line["customer"].startswith("https://127.0.0.1:")
        assert line["dispatcher"] != first["dispatcher"]
        answer = httpx.get(line["customer"], verify=False)
        assert answer.status_code == 200
        assert "max-age" in answer.headers["strict-transport-security"]
        assert redeem(line["dispatcher"], "console")["id"] == before["id"]
