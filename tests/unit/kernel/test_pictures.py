"""An upload becomes a clean picture, or is refused before it can do harm."""

from __future__ import annotations

import io
import json
import random
import struct
import subprocess
import sys
import zlib

import pytest
from PIL import Image

from kernel.pictures.pictures import (
    LIBRARIES,
    WORKER,
    CleanPicture,
    NotAPicture,
    PictureBomb,
    PictureTooLarge,
    clean_picture,
)

GPS, MAKER, ORIENTATION = 0x8825, 0x010F, 0x0112


def gradient(width: int, height: int, mode: str = "RGB") -> Image.Image:
    across = Image.linear_gradient("L").resize((width, height))
    down = across.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return Image.merge("RGB", (across, down, Image.new("L", (width, height), 90))).convert(mode)


def encoded(picture: Image.Image, kind: str, **how: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **how)
    return written.getvalue()


def camera_exif(orientation: int | None = None) -> Image.Exif:
    exif = Image.Exif()
    exif[MAKER] = "A camera that tells"
    exif.get_ifd(GPS)[2] = (43.0, 44.0, 12.0)
    if orientation:
        exif[ORIENTATION] = orientation
    return exif


def opened(clean: CleanPicture) -> Image.Image:
    return Image.open(io.BytesIO(clean.data))


def coefficients_of(jpeg: bytes) -> bytes:
    """Everything from the first scan on: what a decoder makes its samples from."""
    return jpeg[jpeg.index(b"\xff\xda") : jpeg.rindex(b"\xff\xd9") + 2]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1"])
async def test_a_png_keeps_its_pixels_and_nothing_else(mode: str) -> None:
    picture = gradient(321, 123, mode)
    clean = await clean_picture(encoded(picture, "PNG", exif=camera_exif()))

    assert (clean.media_type, clean.width, clean.height) == ("image/png", 321, 123)
    assert opened(clean).convert("RGBA").tobytes() == picture.convert("RGBA").tobytes()
    assert not opened(clean).getexif()
    assert b"camera" not in clean.data


async def test_the_transparent_colour_of_a_png_stays_transparent() -> None:
    picture = gradient(40, 40, "L")
    clean = await clean_picture(encoded(picture, "PNG", transparency=90))
    assert opened(clean).info == {"transparency": 90}


@pytest.mark.parametrize("how", [{"quality": 85}, {"progressive": True}, {"restart_marker_blocks": 4}])
async def test_an_upright_jpeg_loses_its_metadata_but_no_coefficient(how: dict[str, object]) -> None:
    sent = encoded(gradient(640, 480), "JPEG", exif=camera_exif(), comment=b"at home", **how)
    clean = await clean_picture(sent + b"<script>after the end</script>")

    assert coefficients_of(clean.data) == coefficients_of(sent)
    assert not opened(clean).getexif()
    for secret in (b"camera", b"at home", b"script", b"Exif"):
        assert secret not in clean.data


@pytest.mark.parametrize(("orientation", "corner"), [(6, (63, 0)), (3, (63, 47)), (8, (0, 47))])
async def test_a_turned_jpeg_is_stood_upright(orientation: int, corner: tuple[int, int]) -> None:
    stored = Image.new("RGB", (64, 48) if orientation == 3 else (48, 64), "white")
    stored.paste("black", (0, 0, 16, 16))  # the first stored pixel: where it goes is what the tag says
    clean = await clean_picture(encoded(stored, "JPEG", quality=95, exif=camera_exif(orientation)))

    assert (clean.width, clean.height) == (64, 48)
    assert opened(clean).convert("L").getpixel(corner) < 40  # type: ignore[operator]
    opposite = (63 - corner[0], 47 - corner[1])
    assert opened(clean).convert("L").getpixel(opposite) > 215  # type: ignore[operator]
    assert not opened(clean).getexif()


@pytest.mark.parametrize(
    "not_one",
    [
        b"",
        b"hello",
        b"GIF89a" + bytes(200),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff\xe0" + bytes(400),
        b"\x89PNG\r\n\x1a\n" + bytes(400),
        encoded(gradient(200, 200), "JPEG")[:2000],
        encoded(gradient(200, 200), "PNG")[:600],
    ],
)
async def test_what_is_no_picture_is_refused(not_one: bytes) -> None:
    with pytest.raises(NotAPicture):
        await clean_picture(not_one)


async def test_a_file_beyond_the_size_limit_is_refused_unread() -> None:
    with pytest.raises(PictureTooLarge):
        await clean_picture(b"\xff\xd8\xff" + bytes(2000), max_bytes=2000)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
async def test_too_many_pixels_are_refused_by_the_header(kind: str) -> None:
    with pytest.raises(PictureBomb):
        await clean_picture(encoded(Image.new("L", (300, 200)), kind), max_pixels=59_999)


def png_whose_header_lies(claimed: int, rows: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", claimed, claimed, 8, 6, 0, 0, 0)
    body = zlib.compress(bytes(rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_bomb_below_the_pixel_cap_stays_below_256_megabytes() -> None:
    """The worker alone, so that its own peak is what is measured and not its parent's."""
    measured = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdin=sys.stdin, capture_output=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, done.stdout[:80])\n"
    )
    bombs = [
        (encoded(Image.new("RGBA", (7000, 5700)), "PNG"), "PNG"),
        (encoded(Image.new("RGB", (7000, 5700)), "JPEG", exif=camera_exif(6)), "JPEG"),
        (encoded(Image.new("RGB", (7000, 5700)), "JPEG", progressive=True, subsampling=0), "JPEG"),
        (png_whose_header_lies(6300, 300 << 20), "PNG"),
    ]
    for bomb, kind in bombs:
        order = json.dumps({"kind": kind, "size": len(bomb), "max_pixels": 40_000_000}).encode()
        worker = [sys.executable, "-I", "-S", str(WORKER), str(LIBRARIES)]
        done = subprocess.run(
            [sys.executable, "-c", measured, *worker],
            input=order + b"\n" + bomb,
            capture_output=True,
            check=True,
        )
        peak_kilobytes = int(done.stdout.split()[0])
        assert peak_kilobytes < 256 << 10, done.stdout


def many_scans(picture: Image.Image, scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again: each is walked through from end to end."""
    data = encoded(picture, "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * (scans - data.count(b"\xff\xda")) + data[-2:]


async def test_a_jpeg_of_more_scans_than_any_encoder_makes_is_refused_undecoded() -> None:
    with pytest.raises(PictureBomb):
        await clean_picture(many_scans(gradient(64, 64), 1500))
    assert (await clean_picture(encoded(gradient(64, 64), "JPEG", progressive=True))).width == 64


async def test_scans_of_a_large_picture_are_fewer() -> None:
    with pytest.raises(PictureBomb):
        await clean_picture(many_scans(Image.new("RGB", (6000, 5000), "teal"), 25))


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


@pytest.mark.parametrize(
    ("marker", "body"),
    [(0xE0, b"JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x01\x01" + b"WHERE"), (0xE0, b"JFXX\x00WHERE I LIVE")]
    + [(0xEE, b"Adobe\x00\x64\x00\x00\x00\x00\x01WHERE I LIVE")]
    + [(0xE0 + number, b"WHERE I LIVE") for number in range(16)]
    + [(0xEE, b"AdobWHERE I LIVE")],
)
async def test_no_application_segment_comes_through(marker: int, body: bytes) -> None:
    plain = encoded(gradient(64, 64), "JPEG")
    clean = await clean_picture(plain[:2] + segment(marker, body) + plain[2:])
    assert b"WHERE" not in clean.data
    assert coefficients_of(clean.data) == coefficients_of(plain)


async def test_colours_stay_what_adobes_mark_says_they_are() -> None:
    inks = encoded(gradient(64, 64).convert("CMYK"), "JPEG")
    clean = await clean_picture(inks)
    assert opened(clean).tobytes() == Image.open(io.BytesIO(inks)).tobytes()


async def test_few_bytes_do_not_become_many() -> None:
    """A woven pattern deflates to nothing, and not at all by the quick way that stills are written."""
    dice = random.Random(7)
    threads = [dice.randbytes(60) * 70 for _ in range(8)]
    picture = Image.frombytes("RGB", (1400, 3000), b"".join(dice.choice(threads) for _ in range(3000)))
    sent = encoded(picture, "PNG", compress_level=9)
    assert len(sent) < 1 << 20
    clean = await clean_picture(sent)
    assert len(clean.data) <= max(2 * len(sent), 1 << 20)
    assert opened(clean).tobytes() == picture.tobytes()


def test_what_must_become_a_jpeg_stays_below_the_limit_and_its_transparency_is_white() -> None:
    """The worker alone: a door with a smaller limit than the file takes none of that size."""
    picture = Image.frombytes("RGBA", (900, 900), random.Random(7).randbytes(900 * 900 * 4))
    picture.paste((0, 0, 0, 0), (0, 0, 300, 300))
    sent, limit = encoded(picture, "PNG"), 300_000
    order = {"kind": "PNG", "size": len(sent), "max_pixels": 40_000_000, "max_bytes": limit}
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(WORKER), str(LIBRARIES)],
        input=json.dumps(order).encode() + b"\n" + sent,
        capture_output=True,
        check=True,
    )
    head, _, cleaned = done.stdout.partition(b"\n")
    shown = Image.open(io.BytesIO(cleaned))
    assert json.loads(head) == {"kind": "JPEG", "width": shown.width, "height": shown.height}
    assert len(cleaned) <= limit
    assert min(shown.getpixel((20, 20))) > 240  # type: ignore[arg-type]


async def test_a_picture_is_read_from_a_file_as_well() -> None:
    sent = encoded(gradient(64, 64), "PNG")
    assert (await clean_picture(io.BytesIO(sent))).data == (await clean_picture(sent)).data
