"""``static/lib/signalling.js`` without a page: a small program in Node.js is its second user."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.contract.call_rig import Call, accepted_call
from tests.rig.foundations import Foundation
from tests.rig.need import require
from tests.rig.people import Person
from tests.rig.stack import running_app

WATCHER = Path(__file__).parents[1] / "rig" / "watcher"

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120)]


class Watcher:
    """The program, and what it has told."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.told: list[dict[str, Any]] = []

    async def tells(
        self, kind: str, test: Callable[[Any], bool] = lambda _: True, within_s: float = 15
    ) -> Any:
        """The next thing of that kind which passes."""
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(within_s):
                while line := await self.process.stdout.readline():
                    told = json.loads(line)
                    self.told.append(told)
                    if told["kind"] == kind and test(told["detail"]):
                        return told["detail"]
        except TimeoutError:
            pass
        assert self.process.stderr is not None
        raise AssertionError(f"no {kind}; told: {self.told[-8:]}")

    async def say(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{text}\n".encode())
        await self.process.stdin.drain()


@asynccontextmanager
async def watching(call: Call, person: Person, tab: str) -> AsyncIterator[Watcher]:
    process = await asyncio.create_subprocess_exec(
        "node",
        "--experimental-websocket",
        "--no-warnings",
        "--import",
        str(WATCHER / "names.mjs"),
        str(WATCHER / "watcher.mjs"),
        call.app.url,
        call.request,
        str(person.token),
        tab,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield Watcher(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
async def call(embedded: Foundation) -> AsyncIterator[Call]:
    require("node")
    with running_app(embedded, workers=1, nodes=1) as app:
        async with accepted_call(app) as made:
            yield made
        await app.close()


async def test_a_program_without_a_page_follows_a_call_through_a_restart(call: Call) -> None:
    phone = await call.enter(call.customer)
    async with watching(call, call.technician, "the-watcher") as watcher:
        first = await watcher.tells("change", lambda seen: seen["frame"] == "joined")
        assert sorted(first["here"]) == ["customer", "technician"]
        await phone.ask("chat", client_id="0192e4a0-0000-7000-8000-000000000001", text="漏水了")
        await watcher.tells("change", lambda seen: seen["messages"] == ["漏水了"])
        await watcher.say("请关上总阀")
        assert await watcher.tells("said") == "请关上总阀"
        still = await call.upload(call.customer)
        mark = await phone.mark(still["id"])
        await watcher.tells("change", lambda seen: seen["marks"] == 1)

        # The only worker dies. What is said meanwhile is said again once, by itself.
        pid = call.app.kill("web-1")
        await watcher.tells("line", lambda line: line == "waiting")
        await watcher.say("还在吗")
        await call.app.replaced("web-1", pid)
        back = await watcher.tells("change", lambda seen: seen["frame"] == "joined", within_s=20)
        assert back["me"] == first["me"]
        assert await watcher.tells("said") == "还在吗"
        kept = await call.technician.get(f"/api/requests/{call.request}/messages")
        assert [m["text"] for m in kept] == ["漏水了", "请关上总阀", "还在吗"]

        again = await call.enter(call.customer, tab=phone.tab)
        await again.ask("mark_undo", mark_id=mark["id"])
        await watcher.tells("change", lambda seen: seen["frame"] == "mark_undone")

        await call.technician.post(f"/api/requests/{call.request}/call-end")
        assert (await watcher.tells("over"))["reason"] == "request"


async def test_a_program_that_is_not_let_in_does_not_try_again(call: Call) -> None:
    other = await call.app.staff("technician")
    async with watching(call, other, "the-stranger") as watcher:
        assert (await watcher.tells("over"))["code"] == 4403
        await asyncio.sleep(1.5)
        await watcher.say("hello?")
        assert await watcher.tells("refused") == "closed"
        assert not [told for told in watcher.told if told["detail"] == "waiting"]
