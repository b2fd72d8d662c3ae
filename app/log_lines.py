"""Where the lines of all processes go: one file in the data folder, and the terminal where that is wanted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Self

MAX_BYTES = 10 << 20
KEPT_FILES = 3


class LogLines:
    """Writes ``name | line``; the file is turned over at :data:`MAX_BYTES`."""

    def __init__(self, folder: Path, *, terminal: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "curbstop.log"
        self._terminal = terminal
        self._file = self.path.open("a", encoding="utf-8", buffering=1)

    def __call__(self, name: str, line: str) -> None:
        text = f"{name:<8} | {line}\n"
        if self._file.tell() > MAX_BYTES:
            self._turn_over()
        self._file.write(text)
        if self._terminal:
            sys.stderr.write(text)
            sys.stderr.flush()

    def _turn_over(self) -> None:
        self._file.close()
        for number in range(KEPT_FILES - 1, 0, -1):
            older = self.path.with_suffix(f".log.{number}")
            newer = self.path if number == 1 else self.path.with_suffix(f".log.{number - 1}")
            if newer.exists():
                newer.replace(older)
        self._file = self.path.open("a", encoding="utf-8", buffering=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
