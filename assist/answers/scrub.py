"""Words without the person who typed them: what is asked and not found is kept only so."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 80

_TAKEN_OUT: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"https?://\S+|www\.\S+",
        r"\S+@\S+",
        # Any digit, also in a word: telephone, account and house numbers, dates.
        r"[+＋]?\S*[\d０-９〇零一二三四五六七八九十]{3,}\S*|\S*\d\S*",
        # Who it is, by the words people say it with.
        r"(?:我叫|我是|姓名|名字是|本人)[^\s，。,.!！?？]{1,8}",
        r"(?i:\bmy name is\b|\bi am\b|\bi'm\b|\bthis is\b)(?:\s+[A-Z][\w'-]+){1,3}",
        r"[\u4e00-\u9fff]{1,3}(?:先生|女士|小姐|太太)",
        # Where: streets, houses, rooms.
        r"[\u4e00-\u9fff]{2,8}(?:路|街|巷|弄|小区|小區|花园城|新村|大厦|大廈|号楼|號樓|单元|單元)(?!上|面|边|邊)",
        r"(?:[A-Z][\w'-]+\s+)+(?:Street|Road|Avenue|Lane|Drive|Close|Court|St|Rd|Ave)\b",
    )
)


def scrubbed(words: str) -> str:
    """The words with numbers, addresses, names and links taken out; empty where nothing is left."""
    for pattern in _TAKEN_OUT:
        words = pattern.sub(" ", words)
    words = re.sub(r"\s+", " ", words).strip(" ,.，。!！?？")
    return words[:LONGEST].strip()
