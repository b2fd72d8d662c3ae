"""How characters sound, and letters that are pinyin. Readings come from the library; no tones, since nobody
types them."""

from __future__ import annotations

from functools import cache, lru_cache

from pypinyin import Style, pinyin
from pypinyin.pinyin_dict import pinyin_dict

LONGEST_SYLLABLE = 6
LONGEST_TYPED = 60


@lru_cache(maxsize=30_000)
def sound_of(character: str) -> str:
    """The usual reading of a character, without a tone; the character itself where it has none."""
    read = pinyin(character, style=Style.NORMAL, heteronym=False)
    return str(read[0][0]).replace("ü", "v") if read else character


def initials_of(character: str) -> str:
    """The first letter of its reading."""
    return sound_of(character)[:1]


@cache
def syllables() -> frozenset[str]:
    """Every syllable that a character of everyday use has."""
    usual = (chr(code) for code in pinyin_dict if 0x4E00 <= code <= 0x9FA5)
    found = {sound_of(each) for each in usual}
    return frozenset(each for each in found if each.isascii() and (len(each) > 1 or each in "aoe"))


@lru_cache(maxsize=5_000)
def syllables_in(letters: str) -> tuple[str, ...]:
    """Letters without spaces, cut into syllables: as few as can be. Empty where they are no pinyin, or a
    single
    syllable that could be anything."""
    if not 3 <= len(letters) <= LONGEST_TYPED:
        return ()
    best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
    known = syllables()
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - LONGEST_SYLLABLE), end):
            before = best[start]
            if before is None or letters[start:end] not in known:
                continue
            now = best[end]
            if now is None or len(before) + 1 < len(now):
                best[end] = (*before, letters[start:end])
    return best[-1] or ()
