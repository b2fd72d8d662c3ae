"""The product as processes: whatever is killed comes back, and nothing is left behind.

One product, started cold, goes through all of it; the last test ends it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import psutil
import pytest

from tests.rig.foundations import Foundry
from tests.rig.people import Refusal
from tests.rig.servers import wait_until
from tests.rig.stack import RunningApp, running_app

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120)]

BACK_WITHIN_S = 30.0


@pytest.fixture(scope="module")
def started(foundry: Foundry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    with foundry.make("embedded", tmp_path_factory.mktemp("processes")) as foundation:
        with running_app(foundation, cold=True) as app:
            yield app


@pytest.fixture
async def small_app(started: RunningApp) -> AsyncIterator[RunningApp]:
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


async def test_headers_without_end_are_refused(small_app: RunningApp) -> None:
    with pytest.raises((Refusal, httpx.HTTPError)) as refused:
        await small_app.caller().call("GET", "/healthz", headers={"x-long": "y" * (1 << 20)})
    if isinstance(refused.value, Refusal):
        assert refused.value.status == 400


async def test_all_comes_back_when_what_the_parts_are_copied_from_is_killed(small_app: RunningApp) -> None:
    technician = await small_app.staff("technician")
    before = {name: process.pid for name, process in small_app.processes().items() if name != "redis"}
    [copied_from] = [
        child
        for child in psutil.Process(small_app.pid).children()
        if child.cmdline()[:1] == ["curbstop: fork server"]
    ]
    copied_from.kill()
    for name, pid in before.items():
        await small_app.replaced(name, pid, BACK_WITHIN_S)
    fresh = small_app.caller(technician.token)
    assert (await fresh.get("/api/me"))["id"] == str(technician.id)
    assert "the fork server is gone; starting a fresh Python" in small_app.log()


async def test_nothing_outlives_a_killed_supervisor(small_app: RunningApp) -> None:
    children = list(small_app.processes().values())
    assert len(children) == 3
    os.kill(small_app.pid, signal.SIGKILL)
    wait_until(lambda: all(map(gone, children)), "the end of all children", BACK_WITHIN_S)
