"""A camera whose every picture is known: a film that Chromium shows as its fake camera, in a loop.

Each frame carries its number as eight black or white fields along the top, and the rest is a
fixed drawing, a meter with a leaking coupling nut, so that a still can be compared with what the camera
showed, pixel by pixel, within what JPEG and video coding take away.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1280, 720
FRAMES = 30
FRAMES_PER_S = 10
"""Few: each is encoded, decoded and painted on two pages by one small machine."""
BITS = 8
FIELD, BAR = WIDTH // BITS, 56
"""Width and height of a field of the number, in pixels."""
WALL, GROUT, FLOOR = (206, 214, 210), (178, 188, 184), (132, 120, 108)
PIPE, PIPE_SHADE, BRASS, BRASS_SHADE = (168, 176, 184), (112, 120, 130), (196, 148, 62), (138, 98, 34)
DIAL, GLASS, INK, WATER, BODY = (244, 244, 238), (40, 92, 150), (30, 34, 40), (70, 150, 220), (36, 110, 90)

Pixels = npt.NDArray[np.uint8]


@cache
def scene() -> Pixels:
    """The drawing without a number: uint8 [HEIGHT, WIDTH, 3], RGB."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), WALL)
    draw = ImageDraw.Draw(picture)
    for x in range(0, WIDTH, 128):
        draw.line([(x, 0), (x, 600)], GROUT, 4)
    for y in range(60, 600, 108):
        draw.line([(0, y), (WIDTH, y)], GROUT, 4)
    draw.rectangle([0, 600, WIDTH, HEIGHT], FLOOR)
    draw.rectangle([0, 352, 480, 428], PIPE)
    draw.rectangle([0, 404, 480, 428], PIPE_SHADE)
    draw.rectangle([980, 352, WIDTH, 428], PIPE)
    draw.rectangle([980, 404, WIDTH, 428], PIPE_SHADE)
    draw.rounded_rectangle([440, 322, 560, 458], 14, BRASS)
    for y in (356, 392, 424):
        draw.rectangle([440, y, 560, y + 12], BRASS_SHADE)
    draw.rounded_rectangle([560, 300, 980, 480], 40, BODY)
    draw.ellipse([650, 196, 890, 436], GLASS)
    draw.ellipse([672, 218, 868, 414], DIAL)
    draw.rectangle([704, 276, 836, 316], INK)
    for number in range(5):
        draw.rectangle([709 + number * 25, 281, 729 + number * 25, 311], DIAL)
    draw.polygon([(770, 330), (778, 380), (762, 380)], (190, 50, 40))
    for x, y, size in ((468, 470, 13), (500, 520, 17), (482, 574, 15)):
        draw.ellipse([x - size, y - size, x + size, y + size], WATER)
        draw.polygon([(x - size, y - 4), (x + size, y - 4), (x, y - 2 * size - 6)], WATER)
    draw.ellipse([360, 618, 640, 690], WATER)
    return np.asarray(picture, np.uint8)


def frame(number: int) -> Pixels:
    """What the camera shows as frame ``number``: uint8 [HEIGHT, WIDTH, 3], RGB."""
    picture = scene().copy()
    for bit in range(BITS):
        lit = number >> (BITS - 1 - bit) & 1
        picture[:BAR, bit * FIELD : (bit + 1) * FIELD] = 235 if lit else 20
    return picture


def number_in(picture: Image.Image) -> int:
    """The number a picture of the camera carries, at any size.

    Raises:
        AssertionError: a field is neither black nor white, so this is no whole picture of the camera.
    """
    pixels = np.asarray(picture.convert("RGB").resize((WIDTH, HEIGHT)), np.float64)
    number = 0
    for bit in range(BITS):
        inner = pixels[BAR // 4 : BAR * 3 // 4, bit * FIELD + FIELD // 4 : (bit + 1) * FIELD - FIELD // 4]
        light = float(inner.mean())
        assert light < 80 or light > 175, f"field {bit} is grey ({light:.0f})"
        number = number << 1 | (light > 128)
    return number


def difference(picture: Image.Image) -> float:
    """How far a picture is from the frame whose number it carries: mean absolute difference, 0–255."""
    pixels = np.asarray(picture.convert("RGB").resize((WIDTH, HEIGHT)), np.float64)
    return float(np.abs(pixels - frame(number_in(picture))).mean())


def _planes(pixels: Pixels) -> tuple[Pixels, Pixels, Pixels]:
    """Light and colour in broadcast video's narrow range (ITU-R BT.601), colour for four pixels at a time."""
    picture = Image.fromarray(pixels).convert("YCbCr")
    quarter = (picture.width // 2, picture.height // 2)
    light, *colour = picture.split()
    blue, red = (np.asarray(plane.resize(quarter, Image.Resampling.BOX), np.float64) for plane in colour)

    def narrow(plane: npt.NDArray[np.float64], middle: int) -> Pixels:
        return np.asarray(np.rint((plane - middle) * (224 / 255) + middle), np.uint8)

    bright = np.asarray(np.rint(np.asarray(light, np.float64) * (219 / 255) + 16), np.uint8)
    return bright, narrow(blue, 128), narrow(red, 128)


@dataclass(frozen=True)
class Camera:
    """The film, as a file that Chromium takes."""

    film: Path

    @classmethod
    def make(cls, folder: Path) -> Camera:
        film = folder / "camera.y4m"
        with film.open("wb") as file:
            file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_PER_S}:1 Ip A1:1 C420jpeg\n".encode())
            for number in range(FRAMES):
                file.write(b"FRAME\n" + b"".join(plane.tobytes() for plane in _planes(frame(number))))
        return cls(film)
