"""A reader that takes too much, dies or fails is a fault of the file, and nobody else's trouble."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from field.grid.formats.apart import MEMORY, ReaderStopped, run_bounded


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
