"""A reader that takes too much, dies or fails is a fault of the file, and nobody else's trouble."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from field.grid.formats import apart
from field.grid.formats.apart import AT_ONCE, MEMORY, ReaderStopped, run_bounded


def sleeps(*, folder: Path) -> None:
    time.sleep(60)


def hoards(*, folder: Path) -> int:
    return len(bytearray(MEMORY))


def dies(*, folder: Path) -> None:
    os._exit(11)


def fails(*, folder: Path) -> None:
    raise ZeroDivisionError("secret words of a file")


def writes(text: str, *, folder: Path) -> tuple[str, str]:
    path = folder / "note"
    path.write_text(text)
    return str(folder), path.read_text()


@pytest.mark.parametrize(
    ("work", "seconds", "code"),
    [
        (sleeps, 3, "file_too_slow"),
        (hoards, 60, "file_too_much"),
        (dies, 60, "file_too_much"),
        (fails, 60, "file_unreadable"),
    ],
)
async def test_what_a_reader_does_not_survive_is_told(work: object, seconds: float, code: str) -> None:
    begun = time.monotonic()
    with pytest.raises(ReaderStopped) as stopped:
        await run_bounded(work, seconds=seconds)  # type: ignore[arg-type]
    assert stopped.value.fault.code == code
    assert time.monotonic() - begun < 50


async def test_a_reader_has_a_folder_that_is_gone_afterwards() -> None:
    folder, text = await run_bounded(writes, "here")
    assert text == "here" and not there(folder)


def there(folder: str) -> bool:
    return Path(folder).exists()


async def test_more_readers_than_may_run_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    told = await asyncio.gather(*(run_bounded(writes, str(number)) for number in range(AT_ONCE + 1)))
    assert [text for _, text in told] == [str(number) for number in range(AT_ONCE + 1)]
    monkeypatch.setattr(apart, "TURN_S", 0.1)
    slow = [asyncio.create_task(run_bounded(sleeps, seconds=3)) for _ in range(AT_ONCE)]
    await asyncio.sleep(0.1)
    with pytest.raises(ReaderStopped, match="reader_busy"):
        await run_bounded(writes, "late")
    found = await asyncio.gather(*slow, return_exceptions=True)
    assert [str(each) for each in found] == ["file_too_slow"] * AT_ONCE
    assert (await run_bounded(writes, "after"))[1] == "after"
