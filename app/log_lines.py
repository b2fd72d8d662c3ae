"""Where the lines of all processes go: one file in the data folder, and the terminal where that is wanted.

Whoever hands a line over waits for nothing and hears of no fault: a disk that is full, or a terminal that
nobody reads, costs lines, which are counted, and never the process that wrote them.
"""

from __future__ import annotations

import errno
import queue
import sys
import threading
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Self, TextIO

MAX_BYTES = 10 << 20
KEPT_FILES = 3
WAITING = 2000
"""Lines that wait for a terminal at most."""
LAST_LINES_WITHIN_S = 2.0


class Aside:
    """Writes lines to a stream in a thread of its own; what finds its queue full is lost, and counted."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING)
        self.lost = 0
        self._thread = threading.Thread(target=self._write, name="lines", daemon=True)
        self._thread.start()

    def put(self, text: str) -> None:
        try:
            self._lines.put_nowait(text)
        except queue.Full:
            self.lost += 1

    def close(self) -> None:
        """Let what waits be written, for a moment."""
        with suppress(queue.Full):
            self._lines.put(None, timeout=LAST_LINES_WITHIN_S)
        self._thread.join(LAST_LINES_WITHIN_S)

    def _write(self) -> None:
        while (text := self._lines.get()) is not None:
            if lost := self.lost:
                self.lost = 0
                text = f"{lost} lines were lost here: nobody read them\n{text}"
            with suppress(OSError, ValueError):  # ValueError: closed by now
                self._stream.write(text)
                self._stream.flush()


class LogLines:
    """Writes ``name | line``; the file is turned over at :data:`MAX_BYTES`."""

    def __init__(self, folder: Path, *, terminal: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "curbstop.log"
        self._terminal = Aside(sys.stderr) if terminal else None
        self._lost = 0
        self._file: FileIO | None = FileIO(self.path, "a")

    def __call__(self, name: str, line: str) -> None:
        text = f"{name:<8} | {line}\n"
        try:
            self._write(text)
        except OSError:
            self._lost += 1
        if self._terminal:
            self._terminal.put(text)

    def _write(self, text: str) -> None:
        if self._file is not None and self._file.tell() > MAX_BYTES:
            self._turn_over()
        if self._file is None:
            self._file = FileIO(self.path, "a")
        if self._lost:
            self._append(f"log      | {self._lost} lines were lost here: the disk was full\n")
            self._lost = 0
        self._append(text)

    def _append(self, text: str) -> None:
        assert self._file is not None
        data = text.encode(errors="replace")
        if (written := self._file.write(data)) != len(data):
            # Half a line is worse than none: the next one would be taken for its end.
            self._file.truncate(self._file.tell() - (written or 0))
            raise OSError(errno.ENOSPC, "no room for the whole line")

    def _turn_over(self) -> None:
        assert self._file is not None
        self._file.close()
        self._file = None
        for number in range(KEPT_FILES - 1, 0, -1):
            older = self.path.with_suffix(f".log.{number}")
            newer = self.path if number == 1 else self.path.with_suffix(f".log.{number - 1}")
            if newer.exists():
                newer.replace(older)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
        if self._terminal:
            self._terminal.close()
