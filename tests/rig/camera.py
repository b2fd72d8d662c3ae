"""A camera whose every picture is known: a film that Chromium shows as its fake camera, in a loop.

Each frame carries its number as eight black or white squares along the top, and the rest of the picture is a
fixed pattern of flat colours, so that a still can be compared with what the camera showed, pixel by pixel,
within what JPEG and video coding take away.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

WIDTH, HEIGHT = 1280, 720
FRAMES = 30
BITS = 8
SQUARE = WIDTH // BITS
COLOURS = ((200, 40, 40), (40, 160, 60), (40, 70, 200), (230, 200, 60), (150, 60, 170), (60, 190, 200))
TILE = 120

Pixels = npt.NDArray[np.uint8]


def frame(number: int) -> Pixels:
    """What the camera shows as frame ``number``: uint8 [HEIGHT, WIDTH, 3], RGB."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for row in range(0, HEIGHT, TILE):
        for column in range(0, WIDTH, TILE):
            colour = COLOURS[(row // TILE * 7 + column // TILE * 3) % len(COLOURS)]
            picture[row : row + TILE, column : column + TILE] = colour
    for bit in range(BITS):
        lit = number >> (BITS - 1 - bit) & 1
        picture[:SQUARE, bit * SQUARE : (bit + 1) * SQUARE] = 235 if lit else 20
    return picture


def number_in(picture: Image.Image) -> int:
    """The number a picture of the camera carries, at any size.

    Raises:
        AssertionError: a square is neither black nor white, so this is no whole picture of the camera.
    """
    pixels = np.asarray(picture.convert("RGB").resize((WIDTH, HEIGHT)), np.float64)
    number = 0
    for bit in range(BITS):
        inner = pixels[
            SQUARE // 4 : SQUARE * 3 // 4, bit * SQUARE + SQUARE // 4 : (bit + 1) * SQUARE - SQUARE // 4
        ]
        light = float(inner.mean())
        assert light < 80 or light > 175, f"square {bit} is grey ({light:.0f})"
        number = number << 1 | (light > 128)
    return number


def difference(picture: Image.Image) -> float:
    """How far a picture is from the frame whose number it carries: mean absolute difference, 0–255."""
    pixels = np.asarray(picture.convert("RGB").resize((WIDTH, HEIGHT)), np.float64)
    return float(np.abs(pixels - frame(number_in(picture))).mean())


def _squeezed(pixels: Pixels) -> Pixels:
    """Into broadcast video's narrow range (ITU-R BT.601: 16–235), as which Chromium reads a film's JPEGs."""
    return np.asarray(pixels * (219 / 255) + 16, np.uint8)


@dataclass(frozen=True)
class Camera:
    """The film, as a file that Chromium takes."""

    film: Path

    @classmethod
    def make(cls, folder: Path) -> Camera:
        film = folder / "camera.mjpeg"
        with film.open("wb") as file:
            for number in range(FRAMES):
                buffer = io.BytesIO()
                Image.fromarray(_squeezed(frame(number))).save(buffer, "JPEG", quality=90, subsampling=0)
                file.write(buffer.getvalue())
        return cls(film)
