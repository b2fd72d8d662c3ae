"""A data folder that cannot be used, or an address that is taken: one sentence that says what to do."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from app.data_folder import OURS, FolderUnusable, make_ready
from tests.rig.need import require
from tests.rig.small_disk import small_disk
from tests.rig.stack import commanded

Make = Callable[[Path, ExitStack], Path]


def start(command: str, data: Path | str, *more: str) -> tuple[int, str]:
    """The exit code of ``curbstop``, and what it told a person."""
    code, wrote, told = commanded(command, "--data", data, *more)
    assert wrote == ""
    return code, told


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """A disk that can only be read: the mark of a right that root lacks as well."""
    with small_disk(folder, "1m") as disk:
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        yield disk


def a_file(folder: Path, _stack: ExitStack) -> Path:
    (folder / "notes.txt").write_text("mine")
    return folder / "notes.txt"


def under_a_file(folder: Path, stack: ExitStack) -> Path:
    return a_file(folder, stack) / "deeper" / "data"


def somebody_elses(folder: Path, _stack: ExitStack) -> Path:
    for name in ("thesis.tex", "photos", "taxes.ods", "recipes"):
        (folder / name).write_text("mine")
    return folder


def only_readable(folder: Path, stack: ExitStack) -> Path:
    return stack.enter_context(read_only(folder / "disk"))


def in_only_readable(folder: Path, stack: ExitStack) -> Path:
    return only_readable(folder, stack) / "data"


def full(folder: Path, stack: ExitStack) -> Path:
    return stack.enter_context(small_disk(folder / "disk", "100k"))


def no_database(folder: Path, _stack: ExitStack) -> Path:
    (folder / "curbstop.db").write_text("this is a letter to my aunt")
    return folder


def log_is_a_file(folder: Path, _stack: ExitStack) -> Path:
    (folder / "log").write_text("")
    return folder


WRONG: list[tuple[Make, str]] = [
    (a_file, "notes.txt is a file, not a folder"),
    (under_a_file, "notes.txt is a file, not a folder"),
    (somebody_elses, "holds other things (photos, recipes, taxes.ods …) and nothing of Curbstop's"),
    (only_readable, "it is on a disk that can only be read"),
    (in_only_readable, "it is on a disk that can only be read"),
    (full, "the disk is full: make room there"),
    (no_database, "curbstop.db is not a database"),
    (log_is_a_file, "cannot be used"),
]


@pytest.mark.parametrize(("make", "why"), WRONG, ids=[make.__name__ for make, _why in WRONG])
@pytest.mark.parametrize("command", ["serve", "demo", "migrate"])
def test_a_folder_that_cannot_be_used_is_said_in_one_sentence(
    tmp_path: Path, command: str, make: Make, why: str
) -> None:
    require("tmpfs")
    with ExitStack() as stack:
        data = make(tmp_path, stack)
        before = data.stat().st_mode if data.is_dir() else 0
        code, told = start(command, data)
        assert code == 1 and why in told, told
        assert told.count("\n") == 1 and "Traceback" not in told
        assert told.endswith("Name another folder: --data /another/folder\n")
        if make is somebody_elses:
            assert data.stat().st_mode == before and len(list(data.iterdir())) == 4, "it was left alone"


def test_a_disk_that_fills_while_the_city_comes_in_is_said_too(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "600k") as data:
        code, told = start("demo", data)
    assert code == 1 and "Traceback" not in told
    assert f"The disk of {data} is full. Make room there" in told.splitlines()[-1]


def test_a_disk_that_fills_while_the_tables_are_made_is_said_too(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "400k") as data:
        code, told = start("serve", data)
    assert code == 1 and told == f"The disk of {data} is full. Make room there, and start again.\n"


@pytest.mark.parametrize("already", ["", ".gitkeep", "lost+found", *OURS])
def test_an_empty_folder_and_one_of_ours_are_taken(tmp_path: Path, already: str) -> None:
    for name in ("thesis.tex", already) if already in OURS else (already,):
        if name in ("log", "blobs", "lost+found"):
            (tmp_path / name).mkdir()
        elif name:
            (tmp_path / name).write_bytes(b"")
    make_ready(tmp_path / "." if already else tmp_path / "new" / "folder")
    assert (tmp_path / "log").is_dir() or (tmp_path / "new" / "folder").is_dir()


def test_a_folder_in_a_circle_is_none(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to(tmp_path / "round")
    with pytest.raises(FolderUnusable, match="a link that leads to itself"):
        make_ready(tmp_path / "round" / "data")


@pytest.mark.parametrize(
    ("command", "hints", "port", "folder"),
    [
        ("serve", [], "--port 8001", "--data /another/folder"),
        ("demo", [], "--port 8001", "--data /another/folder"),
        ("demo", ["--hints", "make"], "make run PORT=8001", "make run DATA=/another/folder"),
    ],
)
def test_hints_speak_as_they_were_spoken_to(
    tmp_path: Path, command: str, hints: list[str], port: str, folder: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        code, told = start(command, tmp_path / "data", "--port", str(number), *hints)
    last = told.splitlines()[-1]
    assert code == 1 and "Traceback" not in told
    assert last.startswith(f"Something else listens on 127.0.0.1:{number}.") and last.endswith(port)
    (tmp_path / "file").write_text("")
    code, told = start(command, tmp_path / "file", *hints)
    assert code == 1 and told.rstrip().endswith(folder)


def test_make_says_how_make_is_told(tmp_path: Path) -> None:
    (tmp_path / "my file").write_text("")
    words = ["make", "-n", "run", f"DATA={tmp_path}/my file", "PORT=9000"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert f'--hints make --port "9000" --data "{tmp_path}/my file"' in told


@pytest.mark.parametrize("port", ["65536", "-1"])
def test_a_port_that_cannot_be_is_said(tmp_path: Path, port: str) -> None:
    code, told = start("serve", tmp_path / "data", "--port", port)
    assert code == 2 and told.startswith("CURBSTOP_PORT: ") and told.count("\n") == 1


def test_an_address_of_another_machine_is_said(tmp_path: Path) -> None:
    code, told = start("serve", tmp_path / "data", "--host", "192.0.2.7")
    last = told.splitlines()[-1]
    assert code == 1 and last.startswith("Nothing can listen on 192.0.2.7:8000: ") and "--host" in last
    assert "Traceback" not in told


@pytest.mark.parametrize("data", ["file", "file/deeper", "nowhere", "."])
@pytest.mark.parametrize("words", [["erase", str(UUID(int=7))], ["import", "zones", "demo/zones.geojson"]])
def test_where_there_is_no_installation_nothing_is_done_to_it(
    tmp_path: Path, words: list[str], data: str
) -> None:
    (tmp_path / "file").write_text("")
    command, *more = words
    code, told = start(command, tmp_path / data, *more)
    assert (code, told) == (
        2,
        f"There is no installation in {tmp_path / data}. Name its folder: --data DIR\n",
    )
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_doctor_finds_it_too(tmp_path: Path) -> None:
    somebody_elses(tmp_path, ExitStack())
    for data in (tmp_path, tmp_path / "photos"):
        code, _, told = commanded("doctor", "--data", data)
        assert code == 1 and "Traceback" not in told
        assert "; name another folder with --data" in told
