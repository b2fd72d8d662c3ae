"""Files by content: pictures, named by their SHA-256."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import InstrumentedAttribute

from kernel.errors import NotFound
from kernel.sql.columns import BlobColumn, BlobId

FOLDERS = 256
"""Files lie in folders named by the first two digits of their id."""
ASIDE = ".deleted"
HALF = "tmp"
"""How the name of a file begins that is being written."""
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class BlobRef:
    """A stored file: ``id`` is the SHA-256 of its bytes, in hexadecimal; ``size`` in bytes."""

    id: BlobId
    size: int
    media_type: str


class Blobs:
    """A folder of content-addressed files, shared by all workers of an installation."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, data: bytes, *, media_type: str, kept_in: InstrumentedAttribute[BlobId]) -> BlobRef:
        """Store ``data`` durably. Storing the same bytes twice is one file.

        ``kept_in`` is the column that will name it, and by that keeps it from being swept away.
        """
        if not isinstance(kept_in.type, BlobColumn):
            raise TypeError(f"{kept_in} does not keep files: it is no BlobColumn")
        return await asyncio.to_thread(self._put, data, media_type)

    async def read(self, id: str) -> bytes:
        """The bytes of a file.

        Raises:
            NotFound: no such file.
        """
        path = self.path(id)
        try:
            return await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            raise NotFound() from None

    async def set_aside(self, id: str) -> None:
        """Take a file out of reach, as the first half of deleting it; nothing happens when there is none.

        Whoever stores the same bytes from now on writes a file of their own.
        """
        await asyncio.to_thread(self._rename, self.path(id), self._aside(id))

    async def put_back(self, id: str) -> None:
        """Undo :meth:`set_aside`."""
        await asyncio.to_thread(self._rename, self._aside(id), self.path(id))

    async def delete_aside(self, id: str) -> None:
        """Delete a file that was set aside; it is no error when it is gone already."""
        await asyncio.to_thread(self._aside(id).unlink, missing_ok=True)

    async def older_than(self, folder: int, moment: datetime) -> list[str]:
        """Files of one of the :data:`FOLDERS` that were stored before ``moment``; half ones are deleted."""
        return await asyncio.to_thread(self._older_than, self._root / f"{folder:02x}", moment.timestamp())

    def path(self, id: str) -> Path:
        if not _NAME.fullmatch(id):
            raise NotFound()
        return self._root / id[:2] / id

    def _aside(self, id: str) -> Path:
        return self.path(id).with_suffix(ASIDE)

    @staticmethod
    def _rename(source: Path, target: Path) -> None:
        with suppress(FileNotFoundError):
            os.replace(source, target)

    @staticmethod
    def _older_than(folder: Path, timestamp: float) -> list[str]:
        if not folder.is_dir():
            return []
        found = []
        for path in folder.iterdir():
            with suppress(FileNotFoundError):  # another worker was quicker
                if path.stat().st_mtime >= timestamp:
                    continue
                if _NAME.fullmatch(path.stem):
                    found.append(path.stem)
                elif path.name.startswith(HALF):  # of a process that died while it wrote
                    path.unlink()
        return sorted(set(found))

    def _put(self, data: bytes, media_type: str) -> BlobRef:
        ref = BlobRef(BlobId(hashlib.sha256(data).hexdigest()), len(data), media_type)
        path = self.path(ref.id)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Written aside and renamed, so that a reader never sees half a file.
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=HALF)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, path)
            except BaseException:  # a full disk, above all: what is half written keeps it full
                os.unlink(name)
                raise
        return ref
