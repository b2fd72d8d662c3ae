"""Codes and names as people's programs save them: one rule for GeoJSON and CSV alike.

A code is letters and digits of any script (``城东-03``), ``-``, ``_`` and ``.``, at most 32, beginning with a
letter or digit. Two ways to write one text are one code (Unicode's form NFC). Space around it is not part of
it, full-width forms (``Ａ１``) are the letters they stand for, and a whole number that a spreadsheet or a map
program has saved as a fraction (``101.0``) is that number. A code with a space within, or with a sign that
nobody sees, is refused: it is what files, addresses and lists name things by.

A name keeps its own letters; any run of spaces, of whatever kind (U+00A0, U+3000 …), is one space.
"""

import re
import unicodedata
from typing import Final

from kernel.files.encodings import mistaken
from kernel.files.findings import NAME_LENGTH, printable

CODE_LENGTH: Final = 32
_BETWEEN: Final = frozenset("-_.")
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing (Unicode's ``Default_Ignorable_Code_Point``)."""

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
    text = unicodedata.normalize("NFC", tidy(str(value)).translate(_FULL_WIDTH))
    whole = _FRACTION.fullmatch(text)
    text = whole[1] if whole else text
    return text if is_code(text) else None


def is_code(text: str) -> bool:
    """Whether a text is a code as it stands."""
    return (
        1 <= len(text) <= CODE_LENGTH
        and unicodedata.category(text[0])[0] in "LN"
        and all(sign in _BETWEEN or unicodedata.category(sign)[0] in "LNM" for sign in text)
        and not _UNSEEN.search(text)
        and unicodedata.is_normalized("NFC", text)
    )


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
