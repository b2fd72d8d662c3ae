"""Files by content: pictures, named by their SHA-256."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kernel.errors import NotFound

_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class BlobRef:
    """A stored file: ``id`` is the SHA-256 of its bytes, in hexadecimal; ``size`` in bytes."""

    id: str
    size: int
    media_type: str


class Blobs:
    """A folder of content-addressed files, shared by all workers of an installation."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, data: bytes, *, media_type: str) -> BlobRef:
        """Store ``data`` durably. Storing the same bytes twice is one file."""
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

    async def erase(self, id: str) -> None:
        """Delete a file; it is no error when it is gone already."""
        await asyncio.to_thread(self.path(id).unlink, missing_ok=True)

    def path(self, id: str) -> Path:
        if not _NAME.fullmatch(id):
            raise NotFound()
        return self._root / id[:2] / id

    def _put(self, data: bytes, media_type: str) -> BlobRef:
        ref = BlobRef(hashlib.sha256(data).hexdigest(), len(data), media_type)
        path = self.path(ref.id)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Written aside and renamed, so that a reader never sees half a file.
            descriptor, name = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        return ref
