"""Pictures as a phone would send them."""

from __future__ import annotations

import io

from PIL import Image

from tests.rig.camera import Pixels


def as_jpeg(pixels: Pixels, quality: int = 90) -> bytes:
    """RGB pixels, uint8 [height, width, 3], as a JPEG file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
