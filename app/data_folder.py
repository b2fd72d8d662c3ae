"""The data folder, looked at before anything is put into it.

It becomes this user's alone, and is written all the time. So a wrong one is refused in one sentence, before
somebody else's folder has lost its permissions, or a day its data.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OURS = ("curbstop.db", "running.pid", "blobs", "log")
"""Names by which a folder is known as an installation's."""
DATABASE_BEGINS = b"SQLite format 3\x00"
NAMED = 3
"""How many of a stranger's files are named."""
PROBE_BYTES = 256 << 10
"""Less room than this, and not even the tables can be made."""

_REASONS = {
    errno.EACCES: "this user may not write there",
    errno.EPERM: "this user may not write there",
    errno.EROFS: "it is on a disk that can only be read",
    errno.ENOSPC: "the disk is full: make room there",
    errno.EDQUOT: "this user's share of the disk is used up: make room there",
    errno.ENAMETOOLONG: "its name is too long",
    errno.ELOOP: "it is a link that leads to itself",
}


class FolderUnusable(Exception):
    """The data folder cannot be used; the words say why, in one sentence without a full stop."""


def make_ready(data: Path) -> None:
    """Make the folder where there is none, and make sure that it can hold an installation.

    Raises:
        FolderUnusable: it is no folder, somebody else's, cannot be written, or is on a full disk.
    """
    with said(data):
        look_at(data)
        data.mkdir(parents=True, exist_ok=True)
        (data / "log").mkdir(exist_ok=True)
        _check_room(data)


def look_at(data: Path) -> None:
    """Look at what is there now, and change nothing.

    Raises:
        FolderUnusable: as :func:`make_ready`, as far as looking tells.
    """
    with said(data):
        for part in (data, *data.parents):
            if _is_other_than_folder(part):
                raise FolderUnusable(f"{part} is a file, not a folder")
        if not data.exists():
            return
        if others := _only_others(data):
            named = ", ".join(others[:NAMED]) + (" …" if len(others) > NAMED else "")
            raise FolderUnusable(f"{data} holds other things ({named}) and nothing of Curbstop's")
        _check_database(data / "curbstop.db")


@contextmanager
def said(data: Path) -> Iterator[None]:
    """Faults of the operating system in here are the folder's, and are said as such.

    Raises:
        FolderUnusable: for any of them.
    """
    try:
        yield
    except OSError as error:
        why = _REASONS.get(error.errno or 0, (error.strerror or type(error).__name__).lower())
        raise FolderUnusable(f"The folder {data} cannot be used: {why}") from error


def is_full(data: Path) -> bool:
    """Whether a start failed for want of room."""
    try:
        _check_room(data)
    except OSError as error:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return False


def _is_other_than_folder(path: Path) -> bool:
    try:
        return not stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False  # where the file in its way is, a parent tells


def _only_others(data: Path) -> list[str]:
    """What is in a folder that has nothing of ours, but for what is hidden or a file system put there."""
    names = sorted(os.listdir(data))
    if any(name in OURS for name in names):
        return []
    return [name for name in names if not name.startswith(".") and name != "lost+found"]


def _check_database(database: Path) -> None:
    if not database.exists():
        return
    with database.open("r+b") as file:
        beginning = file.read(len(DATABASE_BEGINS))
    if beginning not in (b"", DATABASE_BEGINS):
        raise FolderUnusable(f"{database} is not a database")


def _check_room(data: Path) -> None:
    with tempfile.TemporaryFile(dir=data) as probe:
        probe.write(os.urandom(PROBE_BYTES))  # not zeros, which some disks keep without room
        probe.flush()
        os.fsync(probe.fileno())
