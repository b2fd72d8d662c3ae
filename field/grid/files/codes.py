"""Codes and names as people's programs save them: one rule for GeoJSON and CSV alike.

A code is Latin letters, digits, ``-``, ``_`` and ``.``, at most 32, beginning with a letter or digit. Space
around it is not part of it, full-width forms (``Ａ１``) are the letters they stand for, and a whole number
that a spreadsheet or a map program has saved as a fraction (``101.0``) is that number. A code in other
scripts, or with a space within, is refused: it is what files, addresses and lists name things by.

A name keeps its own letters; any run of spaces, of whatever kind (U+00A0, U+3000 …), is one space.
"""

import re
from typing import Final

from field.grid.files.encodings import mistaken
from field.grid.files.findings import NAME_LENGTH, printable

CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")

_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FRACTION: Final = re.compile(r"([0-9]+)\.0+")
_SPACES: Final = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_MOST_EXACT: Final = 1 << 53


def tidy(text: str) -> str:
    """A text with single plain spaces, and none around it."""
    return _SPACES.sub(" ", text).strip()


def code_of(value: object) -> str | None:
    """The code that a cell or a property stands for; None when it cannot be one."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    # Beyond this a fraction is no longer the number that somebody typed.
    if isinstance(value, float) and not abs(value) < _MOST_EXACT:
        return None
    text = tidy(str(value)).translate(_FULL_WIDTH)
    whole = _FRACTION.fullmatch(text)
    text = whole[1] if whole else text
    return text if CODE.fullmatch(text) else None


def fault_of_name(text: str) -> tuple[str, dict[str, object]] | None:
    """Why a tidied text cannot be a name: a fault's code and parameters; None when it can."""
    if not text or len(text) > NAME_LENGTH or not printable(text):
        return "bad_name", {"most": NAME_LENGTH}
    if "\ufffd" in text or "锟斤拷" in text:
        return "lost_characters", {}
    meant = mistaken(text)
    if meant is not None:
        return "twice_encoded", {"meant": meant}
    return None
