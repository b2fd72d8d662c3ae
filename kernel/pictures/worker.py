"""Decodes one picture and hands a clean one back; runs alone, in a process that may be lost.

Started by :mod:`kernel.pictures.pictures` as ``python -I -S worker.py SITE``, with the upload on standard
input. It answers one JSON line, then the clean picture: a decoder that goes wrong on hostile bytes can spend
this process' memory and seconds, and nothing else. It reads no file and opens no socket.

A JPEG that stands upright keeps its coefficients: only its segments are filtered, which loses nothing.
One that the camera turned is decoded, turned and encoded again. A PNG is always written anew.
"""

from __future__ import annotations

import io
import json
import re
import resource
import sys
from typing import BinaryIO

sys.path.append(sys.argv[1] if len(sys.argv) > 1 else "")

from PIL import Image, JpegImagePlugin, PngImagePlugin

MEMORY_HEADROOM = 208 << 20
"""Bytes a decoder may take beyond what the loaded interpreter has; keeps a bomb below 256 MB in all."""
CPU_SECONDS = 8
JPEG_QUALITY = 92
PROGRESSIVE = 7
"""Bytes a pixel for a progressive JPEG: four decoded, and three of coefficients kept until its last scan."""
Z_RLE = 3  # zlib.h
ORIENTATION = 0x0112  # EXIF 2.32, table 4, tag 274

# How the stored rows must be turned to stand upright (EXIF 2.32 §4.6.4, Orientation).
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# A marker inside entropy-coded data: 0xFF followed by neither a stuffed zero, a restart, nor fill
# (ITU-T T.81 §B.1.1.2, §B.1.1.5).
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
# Frames, tables, restart interval, number of lines; JFIF (APP0) and Adobe's colour transform (APP14)
# decide how samples become colours. Everything else is metadata.
KEPT = {*range(0xC0, 0xD0), START_OF_SCAN, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xE0, 0xEE}


class Refusal(Exception):
    """What is wrong with the picture: a code of :mod:`kernel.pictures.pictures`."""


def limit_this_process() -> None:
    """Cap memory, seconds, files and core dumps from here on."""
    with open("/proc/self/statm", encoding="ascii") as pages:
        used = int(pages.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_HEADROOM, used + MEMORY_HEADROOM))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))


def strip_jpeg(data: bytes) -> bytes:
    """The same coefficients without comments, EXIF, maker notes, thumbnails or anything after the end."""
    kept, at = [data[:2]], 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if len(data) < at + 2 or data[at] != 0xFF:
            raise Refusal("not_a_picture")
        marker = data[at + 1]
        if marker == END_OF_IMAGE:
            kept.append(data[at : at + 2])
            return b"".join(kept)
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(data):
            raise Refusal("not_a_picture")
        if marker == START_OF_SCAN:
            following = MARKER.search(data, end)
            if following is None:
                raise Refusal("not_a_picture")
            end = following.start()
        if marker in KEPT:
            kept.append(data[at:end])
        at = end


def decode(data: bytes, kind: str, max_pixels: int) -> Image.Image:
    picture = Image.open(io.BytesIO(data), formats=(kind,))
    if picture.width * picture.height > max_pixels:
        raise Refusal("picture_too_many_pixels")
    return picture


def clean_jpeg(data: bytes, max_pixels: int) -> tuple[bytes, int, int]:
    orientation = decode(data, "JPEG", max_pixels).getexif().get(ORIENTATION, 1)
    stripped = strip_jpeg(data)
    picture = decode(stripped, "JPEG", max_pixels)
    if "progressive" in picture.info and picture.width * picture.height * PROGRESSIVE > MEMORY_HEADROOM:
        raise Refusal("picture_too_many_pixels")
    if orientation not in UPRIGHT:
        picture.load()
        return stripped, picture.width, picture.height
    assert isinstance(picture, JpegImagePlugin.JpegImageFile)
    if picture.width * picture.height * 8 > MEMORY_HEADROOM:
        # Two copies at four bytes a pixel would not fit: take every second pixel in each direction.
        picture.draft("RGB", (picture.width // 2, picture.height // 2))
    sampling = JpegImagePlugin.get_sampling(picture)
    upright = picture.transpose(UPRIGHT[orientation])
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=JPEG_QUALITY, subsampling=max(sampling, 0))
    return written.getvalue(), upright.width, upright.height


def clean_png(data: bytes, max_pixels: int) -> tuple[bytes, int, int]:
    picture = decode(data, "PNG", max_pixels)
    assert isinstance(picture, PngImagePlugin.PngImageFile)
    picture.load()
    # The transparent colour is part of the pixels; text, profiles and EXIF are not.
    picture.info = {key: picture.info[key] for key in ("transparency",) if key in picture.info}
    written = io.BytesIO()
    # Stills are waited for: run-length matching costs two thirds of the shortest deflate, and filtered
    # camera rows have little else to match.
    picture.save(written, "PNG", compress_level=1, compress_type=Z_RLE)
    return written.getvalue(), picture.width, picture.height


def clean(data: bytes, kind: str, max_pixels: int) -> tuple[dict[str, object], bytes]:
    try:
        work = clean_jpeg if kind == "JPEG" else clean_png
        cleaned, width, height = work(data, max_pixels)
    except Refusal as refusal:
        return {"code": str(refusal)}, b""
    except MemoryError:
        return {"code": "picture_too_many_pixels"}, b""
    except Exception as fault:  # a decoder's faults have no common base: OSError, SyntaxError, struct.error …
        return {"code": "not_a_picture", "detail": type(fault).__name__}, b""
    return {"width": width, "height": height}, cleaned


def main(source: BinaryIO, sink: BinaryIO) -> None:
    order = json.loads(source.readline())
    data = source.read(order["size"])
    Image.MAX_IMAGE_PIXELS = None  # our own cap comes first, and is a refusal, not a warning
    limit_this_process()
    answer, cleaned = clean(data, order["kind"], order["max_pixels"])
    sink.write(json.dumps(answer).encode() + b"\n" + cleaned)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
