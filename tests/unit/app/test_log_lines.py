"""The log: whose line it is can be seen, and it never fills the disk."""

from __future__ import annotations

import logging
import os
import threading
import traceback
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from app import log_lines
from app.log_lines import Aside, LogLines
from app.log_setup import CUT, LinesAside, cut_personal, cut_quotations
from tests.rig.small_disk import small_disk


def test_a_line_says_whose_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with LogLines(tmp_path, terminal=True) as lines:
        lines("web-1", "hello")
    assert lines.path.read_text() == "web-1    | hello\n"
    assert capsys.readouterr().err == "web-1    | hello\n"


def test_a_full_file_is_turned_over_and_the_oldest_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_lines, "MAX_BYTES", 100)
    with LogLines(tmp_path, terminal=False) as lines:
        for number in range(100):
            lines("web-1", f"line {number}")
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["curbstop.log", "curbstop.log.1", "curbstop.log.2"]
    assert all(file.stat().st_size < 150 for file in files)
    assert "line 99" in lines.path.read_text()


def test_a_full_disk_costs_lines_and_nobody_waits(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk, LogLines(disk, terminal=False) as lines:
        filler = disk / "filler"
        lines("web-1", "before")
        filler.write_bytes(bytes(48 << 10))
        for number in range(2000):
            lines("web-1", f"in vain {number}")
        filler.unlink()
        lines("web-1", "after")
        written = lines.path.read_text().splitlines()
    assert written[0] == "web-1    | before" and written[-1] == "web-1    | after"
    assert "lines were lost here" in written[-2]
    assert all(line.startswith(("web-1    | ", "log      | ")) for line in written), "no half lines"


def test_a_terminal_that_nobody_reads_costs_lines_and_nobody_waits() -> None:
    read_end, write_end = os.pipe()
    terminal = os.fdopen(write_end, "w")
    aside = Aside(terminal)
    for number in range(20_000):
        aside.put(f"{number:060d}\n")

    def end() -> None:
        aside.close()
        terminal.close()

    ending = threading.Thread(target=end)
    ending.start()
    with os.fdopen(read_end) as reader:
        read = reader.readlines()
    ending.join()
    assert f"{0:060d}\n" in read
    told = [int(line.partition(" ")[0]) for line in read if "lines were lost here" in line]
    assert told and sum(told) + aside.lost > 10_000


def test_lines_of_a_process_are_made_at_once_and_written_aside(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as stream:
        handler = LinesAside(stream)
        handler.setFormatter(logging.Formatter("%(message)s"))
        for number in range(50):
            handler.emit(logging.LogRecord("a", 20, "p", 1, "line %d", (number,), None))
        handler.close()
    assert (tmp_path / "out").read_text().splitlines() == [f"line {number}" for number in range(50)]


@pytest.mark.parametrize(
    "name",
    [
        "customer_name",
        "phone",
        "address",
        "lon",
        "lat",
        "text",
        "token",
        "password",
        "sdp",
        "note",
        "comment",
    ],
)
def test_what_could_be_about_a_person_is_cut(name: str) -> None:
    assert cut_personal(None, "info", {"event": "x", name: "Lin Zhiyuan"}) == {"event": "x", name: CUT}


def test_ids_codes_and_counts_stay() -> None:
    line = {
        "event": "task_assigned",
        "task": "01a2",
        "code": "refused",
        "seconds": 0.2,
        "room": "r",
        "peer": "p",
    }
    assert cut_personal(None, "info", dict(line)) == line


def test_an_exception_tells_where_it_happened_and_not_what_somebody_wrote() -> None:
    written = "Lin\n\nZhi" + "yuan"
    try:
        try:
            TypeAdapter(int).validate_python(written)
        except ValidationError as quoting:
            raise RuntimeError("a row cannot be shown") from quoting
    except RuntimeError:
        told = traceback.format_exc()
    assert "Zhiyuan" in told
    line = cut_quotations(None, "error", {"event": "unforeseen_error", "exception": told})
    kept = str(line["exception"])
    assert "Zhiyuan" not in kept
    assert f"ValidationError: {CUT}" in kept and "a row cannot be shown" in kept
    assert "test_an_exception_tells_where" in kept
