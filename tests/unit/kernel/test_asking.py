"""Many who ask at the same time share a question, and nobody is told what was read before they asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from kernel.process.asking import Asking


class Desk:
    """Answers with how many questions there were so far, each of them when it is let."""

    def __init__(self) -> None:
        self.questions: list[list[str]] = []
        self.let = asyncio.Semaphore(0)
        self.fault: Exception | None = None

    async def ask(self, keys: Sequence[str]) -> Mapping[str, int]:
        self.questions.append(list(keys))
        number = len(self.questions)
        await self.let.acquire()
        if self.fault is not None:
            raise self.fault
        return {key: number for key in keys if key != "unknown"}


async def begun(asking: Asking[str, int], *keys: str) -> list[asyncio.Task[int | None]]:
    tasks = [asyncio.create_task(asking.answer(key)) for key in keys]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_who_comes_meanwhile_goes_along_with_the_next_question() -> None:
    desk = Desk()
    asking = Asking(desk.ask)
    first = await begun(asking, "a")
    later = await begun(asking, "b", "a", "unknown", "b")
    assert desk.questions == [["a"]], "who is alone asks at once"
    desk.let.release()
    desk.let.release()
    assert await asyncio.gather(*first) == [1]
    assert await asyncio.gather(*later) == [2, 2, None, 2], "not what was read before they asked"
    assert desk.questions == [["a"], ["b", "a", "unknown"]]


async def test_a_question_is_no_longer_than_it_may_be() -> None:
    desk = Desk()
    asking = Asking(desk.ask, together=2)
    tasks = await begun(asking, *"abcde")
    for _ in range(3):
        desk.let.release()
    assert await asyncio.gather(*tasks) == [1, 1, 2, 2, 3]


async def test_a_question_that_fails_fails_for_those_who_asked_it() -> None:
    desk = Desk()
    asking = Asking(desk.ask)
    tasks = await begun(asking, "a", "b")
    desk.fault = OSError("gone")
    desk.let.release()
    for task in tasks:
        with pytest.raises(OSError):
            await task
    desk.fault = None
    desk.let.release()
    assert await asking.answer("a") == 2


async def test_who_is_called_off_takes_the_answer_from_nobody() -> None:
    desk = Desk()
    asking = Asking(desk.ask)
    impatient, patient = await begun(asking, "a", "a")
    impatient.cancel()
    desk.let.release()
    assert await patient == 1
    assert impatient.cancelled() or impatient.cancelling()
