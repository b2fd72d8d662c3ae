"""Uploaded pictures made safe: size, magic, pixel cap, then decoding in a limited process.

The order is the defence (OWASP ASVS 5.0, 5.2.6): each check is cheaper than what it keeps out, and no
decoder ever runs in a process that holds anyone's data. What comes back carries no metadata at all, so
that a photo of a leak does not say where its owner lives.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from weakref import WeakKeyDictionary

import PIL

from kernel.errors import CurbstopError, Invalid, TooLarge, Unavailable
from kernel.process.turns import Asker, Turns

WORKER = Path(__file__).with_name("worker.py")
LIBRARIES = Path(PIL.__file__).parents[1]
AT_ONCE = 2
"""Decoders running side by side in one web process: memory stays below 512 MB in the worst case."""
DEADLINE_SECONDS = 20.0
WAIT_SECONDS = 20.0
"""How long a picture may wait for a decoder before its sender is asked to send it again."""
HEAD_BYTES = 256 << 10
"""A JPEG says its size after its metadata; a file that has more of these in front is no phone's."""
PIECE = 64 << 10
NOBODY = Asker("", "")
"""All for whom nobody waits in person."""

PNG, JPEG = "image/png", "image/jpeg"
KINDS = {PNG: "PNG", JPEG: "JPEG"}
MEDIA_TYPES = {kind: media_type for media_type, kind in KINDS.items()}


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
    data: bytes | BinaryIO,
    *,
    asker: Asker = NOBODY,
    max_bytes: int = 12 << 20,
    max_pixels: int = 40_000_000,
) -> CleanPicture:
    """Check ``data`` and return it as a clean picture of at most ``max_bytes``, JPEG or PNG.

    A PNG keeps its pixels exactly; one that can only be written far larger than it came becomes a JPEG. A
    JPEG keeps its coefficients exactly unless its EXIF orientation says that it must be turned; then it is
    turned and encoded once more. ``asker``: who wants it, for a fair turn at a decoder.

    Raises :class:`PictureTooLarge`, :class:`NotAPicture` or :class:`PictureBomb`, or what
    :meth:`kernel.process.turns.Turns.turn` raises when there are too many.
    """
    file = io.BytesIO(data) if isinstance(data, bytes) else data
    length = file.seek(0, io.SEEK_END)
    if length > max_bytes:
        raise PictureTooLarge(max_bytes=max_bytes)
    file.seek(0)
    head = file.read(HEAD_BYTES)
    media_type = media_type_of(head)
    if media_type is None:
        raise NotAPicture()
    size = png_size(head) if media_type == PNG else jpeg_size(head)
    if size is None or 0 in size:
        raise NotAPicture()
    if size[0] * size[1] > max_pixels:
        raise PictureBomb(max_pixels=max_pixels)
    order = {"kind": KINDS[media_type], "size": length, "max_pixels": max_pixels, "max_bytes": max_bytes}
    async with _turns().turn(asker, WAIT_SECONDS):
        answer, cleaned = await _decode_apart(file, order)
    if "code" in answer:
        raise REFUSALS[answer["code"]](max_pixels=max_pixels)
    return CleanPicture(cleaned, MEDIA_TYPES[answer["kind"]], answer["width"], answer["height"])


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


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def _turns() -> Turns:
    # Who waits belongs to one event loop; a process may see several one after the other.
    return _by_loop.setdefault(asyncio.get_running_loop(), Turns(AT_ONCE))


async def _decode_apart(file: BinaryIO, order: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    # -I -S: no environment, no site packages but the one named; it also starts in a tenth of a second.
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", str(WORKER), str(LIBRARIES), stdin=PIPE, stdout=PIPE, env={}
    )
    assert worker.stdout is not None
    sending = asyncio.create_task(_send(worker, file, order))
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            answer = await worker.stdout.read()
            await worker.wait()
    except TimeoutError:
        raise Unavailable(retry_after=5) from None
    finally:
        sending.cancel()
        await _end(worker)
        with suppress(asyncio.CancelledError):
            await sending
    head, newline, cleaned = answer.partition(b"\n")
    if worker.returncode != 0 or not newline:
        # The worker answers every fault it can; without an answer a limit ended it.
        return {"code": PictureBomb.code}, b""
    return json.loads(head), cleaned


async def _send(worker: Process, file: BinaryIO, order: dict[str, Any]) -> None:
    """Hand the picture over piece by piece: it is never in this process' memory as a whole."""
    assert worker.stdin is not None
    file.seek(0)
    with suppress(ConnectionError):  # it may have seen enough
        worker.stdin.write(json.dumps(order).encode() + b"\n")
        while piece := file.read(PIECE):
            worker.stdin.write(piece)
            await worker.stdin.drain()
    worker.stdin.close()


async def _end(worker: Process) -> None:
    if worker.returncode is None:
        worker.kill()
        await worker.wait()
