"""Uploaded pictures made safe: size, magic, pixel cap, then decoding in a limited process.

The order is the defence (OWASP ASVS 5.0, 5.2.6): each check is cheaper than what it keeps out, and no
decoder ever runs in a process that holds anyone's data. What comes back carries no metadata at all, so
that a photo of a leak does not say where its owner lives.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import PIL

from kernel.errors import CurbstopError, Invalid, TooLarge, Unavailable

WORKER = Path(__file__).with_name("worker.py")
LIBRARIES = Path(PIL.__file__).parents[1]
AT_ONCE = 2
"""Decoders running side by side in one web process: memory stays below 512 MB in the worst case."""
DEADLINE_SECONDS = 20.0

PNG, JPEG = "image/png", "image/jpeg"
KINDS = {PNG: "PNG", JPEG: "JPEG"}


class PictureTooLarge(TooLarge):
    """The picture's file is too large."""

    code = "picture_too_large"


class NotAPicture(Invalid):
    """This file is not a JPEG or PNG picture that can be read."""

    code = "not_a_picture"


class PictureBomb(TooLarge):
    """The picture has too many pixels, or takes too much to decode."""

    code = "picture_too_many_pixels"


REFUSALS: dict[str, type[CurbstopError]] = {
    kind.code: kind for kind in (PictureTooLarge, NotAPicture, PictureBomb)
}


@dataclass(frozen=True)
class CleanPicture:
    """A picture that decodes, stands upright and carries nothing but pixels. Sizes are in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


async def clean_picture(
    data: bytes, *, max_bytes: int = 12 << 20, max_pixels: int = 40_000_000
) -> CleanPicture:
    """Check ``data`` and return it as a clean picture of the same kind (JPEG or PNG).

    A PNG keeps its pixels exactly. A JPEG keeps its coefficients exactly unless its EXIF orientation
    says that it must be turned; then it is turned and encoded once more.

    Raises :class:`PictureTooLarge`, :class:`NotAPicture` or :class:`PictureBomb`.
    """
    if len(data) > max_bytes:
        raise PictureTooLarge(max_bytes=max_bytes)
    media_type = media_type_of(data)
    if media_type is None:
        raise NotAPicture()
    size = png_size(data) if media_type == PNG else jpeg_size(data)
    if size is None or 0 in size:
        raise NotAPicture()
    if size[0] * size[1] > max_pixels:
        raise PictureBomb(max_pixels=max_pixels)
    async with _turn():
        answer, cleaned = await _decode_apart(data, KINDS[media_type], max_pixels)
    if "code" in answer:
        raise REFUSALS[answer["code"]](max_pixels=max_pixels)
    return CleanPicture(cleaned, media_type, answer["width"], answer["height"])


def media_type_of(data: bytes) -> str | None:
    """What the first bytes say; a name or a header proves nothing."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    return None


def png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height from the header chunk, which must come first (PNG §11.2.1)."""
    if data[12:16] != b"IHDR" or len(data) < 24:
        return None
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height from the frame header (ITU-T T.81 §B.2.2), found segment by segment."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if length < 2:
            return None
        at += 2 + length
    return None


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def _turn() -> asyncio.Semaphore:
    # A semaphore belongs to one event loop; a process may see several one after the other.
    return _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))


async def _decode_apart(data: bytes, kind: str, max_pixels: int) -> tuple[dict[str, Any], bytes]:
    order = {"kind": kind, "size": len(data), "max_pixels": max_pixels}
    # -I -S: no environment, no site packages but the one named; it also starts in a tenth of a second.
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", str(WORKER), str(LIBRARIES), stdin=PIPE, stdout=PIPE, env={}
    )
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            answer, _ = await worker.communicate(json.dumps(order).encode() + b"\n" + data)
    except TimeoutError:
        raise Unavailable(retry_after=5) from None
    finally:
        await _end(worker)
    head, newline, cleaned = answer.partition(b"\n")
    if worker.returncode != 0 or not newline:
        # The worker answers every fault it can; without an answer a limit ended it.
        return {"code": PictureBomb.code}, b""
    return json.loads(head), cleaned


async def _end(worker: Process) -> None:
    if worker.returncode is None:
        worker.kill()
        await worker.wait()
