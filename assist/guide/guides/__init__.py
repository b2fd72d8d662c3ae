"""The guides themselves: one JSON file each, proved before use."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from assist.guide.guide import Guide, read_guide
from assist.guide.proof import faults_of
from kernel.i18n import LANGUAGES

FOLDER = Path(__file__).parent


@cache
def load_guides() -> Mapping[str, Guide]:
    """All guides by id. Raises `ValueError` for one that breaks a rule of `assist.guide.proof`."""
    guides: dict[str, Guide] = {}
    for path in sorted(FOLDER.glob("*.json")):
        guide = read_guide(json.loads(path.read_text("utf-8")))
        faults = faults_of(guide, LANGUAGES)
        if faults or guide.id != path.stem:
            raise ValueError(f"{path.name}: {faults or 'its id is not its name'}")
        guides[guide.id] = guide
    return MappingProxyType(guides)
