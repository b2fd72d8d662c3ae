"""PostgreSQL is killed and started again under load: nobody is ever told of a fault, only to try again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.rig.foundations import Foundation, build_schema
from tests.rig.need import require
from tests.rig.servers import PostgresServer, RedisServer
from tests.rig.stack import RunningApp, running_app

pytestmark = [pytest.mark.alone, pytest.mark.full, pytest.mark.timeout(180)]

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
KILLS = 8
CLIENTS = 12
PAUSE_S = 0.02
"""Between two questions of a client: so that the processor is there for PostgreSQL's recovery, too."""
Answer = tuple[int, str]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """The product on a PostgreSQL of this file's own, which may be killed."""
    require("postgresql", "redis")
    postgres, redis = PostgresServer(durable=True), RedisServer("full")
    try:
        postgres.sql("CREATE DATABASE away")
        postgres.sql("CREATE EXTENSION postgis", "away")
        build_schema(postgres.url("away"))
        folder = tmp_path_factory.mktemp("away")
        foundation = Foundation("full", postgres.url("away"), redis.url, folder, redis, postgres)
        with running_app(foundation, workers=2, nodes=0) as app:
            yield app
    finally:
        redis.stop()
        postgres.stop()


@pytest.fixture
async def app(started: RunningApp) -> AsyncIterator[RunningApp]:
    yield started
    await started.close()


async def test_whoever_comes_while_it_is_away_is_told_to_come_again(app: RunningApp) -> None:
    technician = await app.staff("technician")
    customer = await app.customer()
    postgres = app.foundation.postgres
    assert postgres is not None
    seen: Counter[Answer] = Counter()
    unsaid: list[str] = []
    over = asyncio.Event()

    async def ask(number: int) -> None:
        """Reads and writes, as an open desk and a customer's phone make them."""
        headers = {"Authorization": f"Bearer {(technician, customer)[number % 2].token}"}
        async with httpx.AsyncClient(base_url=app.url, headers=headers, timeout=30) as http:
            for turn in range(1_000_000):
                if over.is_set():
                    return
                if number % 2:
                    response = await http.post(
                        f"/api/requests/{customer.request_id}/messages",
                        json={"text": f"{number} {turn}", "client_id": _id(number, turn)},
                    )
                else:
                    response = await http.get(("/api/me", "/readyz", "/api/queue")[turn % 3])
                code = response.json().get("error", {}).get("code", "") if response.status_code >= 400 else ""
                seen[response.status_code, code] += 1
                if response.status_code == 503 and not response.headers.get("Retry-After", "").isdecimal():
                    unsaid.append(response.text)
                await asyncio.sleep(PAUSE_S)

    asking = [asyncio.create_task(ask(number)) for number in range(CLIENTS)]
    for kill in range(KILLS):
        await asyncio.sleep(0.4)
        postgres.kill()
        # Now and then it is away for a moment; else it is found starting up, in recovery.
        await asyncio.sleep(0.5 * (kill % 2))
        postgres.begin()
        await asyncio.to_thread(postgres.wait_until_ready)
    await asyncio.sleep(1.0)
    done = sum(count for (status, _), count in seen.items() if status < 300)
    await asyncio.sleep(2.0)
    over.set()
    await asyncio.gather(*asking)
    assert unsaid == []
    assert _unforeseen(app) == []
    assert {status for status, _ in seen} <= {200, 201, 204, 429, 503}, seen
    assert seen[503, "unavailable"] > 0, "it was away, and somebody was told so"
    assert sum(count for (status, _), count in seen.items() if status < 300) > done, "and it came back"


async def test_a_person_is_shown_a_page_while_it_is_away(app: RunningApp) -> None:
    postgres = app.foundation.postgres
    assert postgres is not None
    headers = {"Accept": BROWSER, "Accept-Language": "zh-TW"}
    async with httpx.AsyncClient(base_url=app.url, headers=headers, timeout=30) as http:
        postgres.kill()
        away = await http.get("/readyz")
        assert (away.status_code, away.headers["retry-after"]) == (503, "1")
        assert away.headers["content-type"] == "text/html; charset=utf-8"
        assert '<html lang="zh-Hant"' in away.text and 'href=""' in away.text, "the same address again"
        told = await http.get("/api/me", headers={"Authorization": "Bearer nobody's"})
        assert (told.status_code, told.json()["error"]["code"]) == (503, "unavailable"), "below it, data"
        assert (await http.get("/")).status_code == 200, "a page itself needs no database"
        postgres.begin()
        await asyncio.to_thread(postgres.wait_until_ready)
        async with asyncio.timeout(20):
            while (await http.get("/readyz")).status_code != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    assert _unforeseen(app) == []


def _unforeseen(app: RunningApp) -> list[str]:
    """What the house logged as a fault of its own."""
    return [line for line in app.log().splitlines() if "unforeseen_error" in line]


def _id(number: int, turn: int) -> str:
    return f"00000000-0000-4000-8000-{number:04x}{turn:08x}"
