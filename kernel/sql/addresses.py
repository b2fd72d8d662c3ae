"""What an address is compared by, in both wings."""

from __future__ import annotations

import re
import unicodedata

_BETWEEN = re.compile(r"[\W_]+")
LONGEST = 200


def place_key(address: str) -> str:
    """No case, width, space or punctuation is left of it. Empty for none."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", address).casefold())[:LONGEST]
