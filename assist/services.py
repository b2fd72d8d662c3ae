"""What this wing is given from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from kernel.pictures.blobs import Blobs

if TYPE_CHECKING:
    from assist.guide.guide import Guide


@dataclass(frozen=True)
class AssistServices:
    """Bound once, in `app.build`. `base_url` has no slash at its end."""

    guides: Mapping[str, Guide]
    blobs: Blobs
    base_url: str
    utility_name: str = ""
    default_region: str = "CN"
    invitation_lifetime: timedelta = timedelta(days=1)
    session_lifetime: timedelta = timedelta(days=14)
    max_upload_bytes: int = 12 << 20
