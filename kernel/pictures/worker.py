"""Decodes one picture and hands a clean one back; runs alone, in a process that may be lost.

Started by :mod:`kernel.pictures.pictures` as ``python -I -S worker.py SITE``, with the upload on standard
input. It answers one JSON line, then the clean picture: a decoder that goes wrong on hostile bytes can spend
this process' memory and seconds, and nothing else. It reads no file and opens no socket.

A JPEG that stands upright keeps its coefficients: only its segments are filtered, which loses nothing.
One that the camera turned is decoded, turned and encoded again. A PNG is always written anew, and as a JPEG
where that would be far more than was sent: few bytes can say very many.
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
JPEG_QUALITY, LOWEST_QUALITY = 92, 75
MAX_BYTES = 12 << 20
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
# Frames, tables, restart interval, number of lines. Everything else is metadata.
KEPT = {*range(0xC0, 0xD0), START_OF_SCAN, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}
# That JFIF (APP0) or Adobe's colour transform (APP14) is there decides how samples become colours: these are
# written anew, with nothing in them but that.
APP0, APP14 = 0xE0, 0xEE
JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
MAX_SCANS = 32
"""Encoders make ten to fifteen; each one makes a decoder walk through the whole picture."""
MAX_SCANNED_PIXELS = 480_000_000
"""Scans times pixels: twelve scans of the largest picture."""
SMALL = 1 << 20
"""A PNG of no more bytes than this is kept as one, however few were sent."""


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


def strip_jpeg(data: bytes, pixels: int) -> bytes:
    """The same coefficients without comments, EXIF, maker notes, thumbnails or anything after the end."""
    kept, at, scans = [data[:2]], 2, 0
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
            scans += 1
            if scans > MAX_SCANS or scans * pixels > MAX_SCANNED_PIXELS:
                raise Refusal("picture_too_many_pixels")
            following = MARKER.search(data, end)
            if following is None:
                raise Refusal("not_a_picture")
            end = following.start()
        if marker in KEPT:
            kept.append(data[at:end])
        elif marker == APP0 and data[at + 4 : at + 9] == b"JFIF\x00":
            kept.append(JFIF)
        elif marker == APP14 and data[at + 4 : at + 9] == b"Adobe" and length >= 14:
            kept.append(ADOBE + data[at + 15 : at + 16])
        at = end


def decode(data: bytes, kind: str, max_pixels: int) -> Image.Image:
    picture = Image.open(io.BytesIO(data), formats=(kind,))
    if picture.width * picture.height > max_pixels:
        raise Refusal("picture_too_many_pixels")
    return picture


def clean_jpeg(data: bytes, max_pixels: int, max_bytes: int) -> tuple[str, bytes, int, int]:
    sent = decode(data, "JPEG", max_pixels)
    orientation = sent.getexif().get(ORIENTATION, 1)
    stripped = strip_jpeg(data, sent.width * sent.height)
    picture = decode(stripped, "JPEG", max_pixels)
    if "progressive" in picture.info and picture.width * picture.height * PROGRESSIVE > MEMORY_HEADROOM:
        raise Refusal("picture_too_many_pixels")
    if orientation not in UPRIGHT:
        picture.load()
        return "JPEG", stripped, picture.width, picture.height
    assert isinstance(picture, JpegImagePlugin.JpegImageFile)
    if picture.width * picture.height * 8 > MEMORY_HEADROOM:
        # Two copies at four bytes a pixel would not fit: take every second pixel in each direction.
        picture.draft("RGB", (picture.width // 2, picture.height // 2))
    sampling = JpegImagePlugin.get_sampling(picture)
    upright = picture.transpose(UPRIGHT[orientation])
    return as_jpeg(upright, max_bytes, max(sampling, 0))


def as_jpeg(picture: Image.Image, max_bytes: int, sampling: int) -> tuple[str, bytes, int, int]:
    """The picture as a JPEG of at most ``max_bytes``: less exact, then smaller, where it must be."""
    quality = JPEG_QUALITY
    while True:
        written = io.BytesIO()
        picture.save(written, "JPEG", quality=quality, subsampling=sampling)
        if written.tell() <= max_bytes:
            return "JPEG", written.getvalue(), picture.width, picture.height
        if quality > LOWEST_QUALITY:
            quality, sampling = LOWEST_QUALITY, 2
        else:
            picture = picture.reduce(2)


def clean_png(data: bytes, max_pixels: int, max_bytes: int) -> tuple[str, bytes, int, int]:
    picture = decode(data, "PNG", max_pixels)
    assert isinstance(picture, PngImagePlugin.PngImageFile)
    picture.load()
    # The transparent colour is part of the pixels; text, profiles and EXIF are not.
    picture.info = {key: picture.info[key] for key in ("transparency",) if key in picture.info}
    written = io.BytesIO()
    # Stills are waited for: run-length matching costs two thirds of the shortest deflate, and filtered
    # camera rows have little else to match.
    picture.save(written, "PNG", compress_level=1, compress_type=Z_RLE)
    most = min(max_bytes, max(SMALL, 2 * len(data)))
    if written.tell() > most:
        written = io.BytesIO()
        picture.save(written, "PNG", compress_level=6)
    if written.tell() > most:
        del written
        return as_jpeg(on_white(picture), most, 0)
    return "PNG", written.getvalue(), picture.width, picture.height


def on_white(picture: Image.Image) -> Image.Image:
    """The picture without transparency, which JPEG does not have."""
    if not picture.has_transparency_data:
        return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    white = Image.new("RGB", picture.size, "white")
    alpha = picture.convert("RGBA")
    white.paste(alpha, mask=alpha)
    return white


def clean(data: bytes, kind: str, max_pixels: int, max_bytes: int) -> tuple[dict[str, object], bytes]:
    try:
        work = clean_jpeg if kind == "JPEG" else clean_png
        kind, cleaned, width, height = work(data, max_pixels, max_bytes)
    except Refusal as refusal:
        return {"code": str(refusal)}, b""
    except MemoryError:
        return {"code": "picture_too_many_pixels"}, b""
    except Exception as fault:  # a decoder's faults have no common base: OSError, SyntaxError, struct.error …
        return {"code": "not_a_picture", "detail": type(fault).__name__}, b""
    return {"kind": kind, "width": width, "height": height}, cleaned


def main(source: BinaryIO, sink: BinaryIO) -> None:
    order = json.loads(source.readline())
    data = source.read(order["size"])
    Image.MAX_IMAGE_PIXELS = None  # our own cap comes first, and is a refusal, not a warning
    limit_this_process()
    answer, cleaned = clean(data, order["kind"], order["max_pixels"], order.get("max_bytes", MAX_BYTES))
    sink.write(json.dumps(answer).encode() + b"\n" + cleaned)


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
