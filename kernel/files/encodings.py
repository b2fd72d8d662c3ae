"""From bytes to text, without a guess that nobody hears of.

UTF-8 proves itself: other text is hardly ever valid UTF-8 by chance. A byte order mark says UTF-16, and so do
the zeros beside the Latin letters of its first line. Anything else is told by the caller, or it is GB18030
beyond doubt: nine in ten of its foreign characters are common simplified Chinese (GB/T 2312 level 1), and no
other encoding makes as much sense of the bytes. Whatever is left is refused, with the encodings that could be
meant and how the text would read in them.

The byte ranges of the common characters: GB/T 2312 level 1 is B0A1–D7F9, Big5 level 1 A440–C67E, JIS X 0208
level 1 in Shift_JIS 889F–9872 and in EUC-JP B0A1–CFD3, within those of GB/T 2312: only what is written tells
Chinese from Japanese there.
"""

import dataclasses
import itertools
import re
from collections.abc import Callable, Iterator
from typing import Final

from kernel.files.findings import Findings, shown

CODECS: Final = {
    "utf-8": "utf-8-sig",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "windows-1252": "cp1252",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1253": "cp1253",
    "windows-1254": "cp1254",
    "iso-8859-1": "latin-1",
    "iso-8859-2": "iso8859-2",
    "iso-8859-15": "iso8859-15",
    "macintosh": "mac-roman",
    "koi8-r": "koi8-r",
    "ibm850": "cp850",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
"""The encodings that a caller may name, as the IANA spells them, and Python's name of each."""

ALIASES: Final = {
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "cp936": "gb18030",
    "big5-hkscs": "big5",
    "cp950": "big5",
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp1252": "windows-1252",
    "ansi": "windows-1252",
    "latin-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "mac-roman": "macintosh",
    "cp850": "ibm850",
    "shift-jis": "shift_jis",
    "sjis": "shift_jis",
    "cp932": "shift_jis",
    "cp949": "euc-kr",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
}

SURE: Final = 0.9
"""The share of characters that must make sense before GB18030 is taken unasked."""
RIVAL: Final = 0.8
"""The share at which another reading is a reading too."""
EVERYDAY: Final = 1 / 3
"""The share of characters in daily use at which Chinese is told from what only has its bytes."""
JUDGED_BY: Final = 1 << 18
"""Bytes of foreign text by which an encoding is judged."""
SAMPLES: Final = 3
LOOKED_AT: Final = 500
"""Pieces of a text from which the samples are chosen."""
REACH: Final = 200
"""How far a piece of text goes, on either side of a character beyond ASCII."""
CANDIDATES: Final = 6

# Surnames, and what zones, streets and their numbers are called.
_DAILY: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟"
    "汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "区镇乡村街路道巷弄号室楼栋层院里园苑城市县省州东南西北中上下大小新老内外前后左右一二三四五六七八九十百"
    "水站厂公司所分总部山河湖海港湾桥门口头第段组队班名称编码电话地址姓片网"
)

_ODD: Final = re.compile(rb"[\x80-\xff]")
_WHOLE_CHARACTERS: Final = re.compile(rb"(.*[\x00-\x3f])?", re.S)
_WORD: Final = re.compile(r"[^\W\d_]+")
_FOREIGN: Final = re.compile(r"[^\x00-\x7f]")
_SEPARATORS: Final = re.compile(r'[,;\t\r\n"{}\[\]]')
_BLANKS: Final = dict.fromkeys(map(ord, "\t\r\n\xa0\u3000"))
# Marks that programs put into text of any language: they speak neither for a reading nor against it.
_NEUTRAL: Final = frozenset("’‘“”–—…·•°№ªº«»\xa0€£×")


@dataclasses.dataclass(frozen=True)
class Reading:
    """One way to read the bytes. `sense`: the share of the characters beyond ASCII that look meant, 0–1."""

    encoding: str
    text: str
    sense: float


def read_text(data: bytes, named: str | None, unknown: str, findings: Findings) -> tuple[str | None, str]:
    """The text and the encoding it was in; None with the fault noted.

    `named`: the encoding that the caller says it is; None: it is found out. `unknown`: the fault's code when
    it cannot be.
    """
    if named is not None:
        return _as_named(data, named, findings)
    utf8 = _decoded(data, "utf-8")
    if utf8 is not None:
        return utf8, "utf-8"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") and len(data) > 2:
        utf16 = _decoded(data, "utf-16")
        if utf16 is not None:
            return utf16, "utf-16"
    if wide := _without_mark(data):
        return wide
    readings = plausible(_telling(data))
    chinese = next((each for each in readings if each.encoding == "gb18030"), None)
    if chinese is not None and chinese.sense >= SURE and not _rivals(chinese, readings):
        whole = _decoded(data, "gb18030")
        if whole is not None:
            return whole, "gb18030"
    at = _first_odd(data)
    options = [{"encoding": each.encoding, "sample": "; ".join(samples(each.text))} for each in readings]
    findings.fault(
        unknown,
        "file",
        byte=at,
        line=data.count(b"\n", 0, at) + 1,
        candidates=", ".join(f"{each['encoding']} (“{each['sample']}”)" for each in options) or "–",
        readings=options,
    )
    return None, "utf-8"


def _without_mark(data: bytes) -> tuple[str, str] | None:
    """UTF-16 that does not say so: every other byte of its first Latin letters is a zero."""
    start = data[:64]
    for encoding, zeros, letters in (
        ("utf-16le", start[1::2], start[::2]),
        ("utf-16be", start[::2], start[1::2]),
    ):
        if len(zeros) > 3 and not any(zeros) and all(letters):
            text = _decoded(data, encoding)
            return (text, encoding) if text is not None else None
    return None


def _rivals(chinese: Reading, readings: list[Reading]) -> list[Reading]:
    """The other readings that could be meant as well."""
    odd = [char for char in chinese.text if ord(char) > 127 and char not in _NEUTRAL]
    everyday = sum(char in _DAILY for char in odd) >= EVERYDAY * len(odd)
    others = [each for each in readings if each is not chinese and each.sense >= RIVAL]
    return [each for each in others if each.encoding != "euc-jp" or (each.sense >= SURE and not everyday)]


def _as_named(data: bytes, named: str, findings: Findings) -> tuple[str | None, str]:
    label = re.sub(r"[\s_]+", "-", named.strip().lower())
    encoding = ALIASES.get(label, "shift_jis" if label == "shift-jis" else label)
    if encoding not in CODECS:
        findings.fault("no_such_encoding", "file", encoding=shown(named), known=", ".join(CODECS))
        return None, "utf-8"
    text = _decoded(data, encoding)
    if text is None:
        findings.fault("not_in_encoding", "file", encoding=encoding)
    return text, encoding


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(CODECS[encoding])
    except UnicodeDecodeError:
        return None


def _telling(data: bytes) -> bytes:
    """The lines that are not plain ASCII: as many as it takes to tell encodings apart, however long the file.

    A byte below 64 (a line feed, a comma) is never the second one of a character in any of them.
    """
    kept: list[bytes] = []
    size = end = 0
    while size < JUDGED_BY and (odd := _ODD.search(data, end)):
        start = data.rfind(b"\n", end, odd.start()) + 1 or end
        end = data.find(b"\n", odd.start()) + 1 or len(data)
        line = data[start:end]
        if len(line) > JUDGED_BY:
            line = _WHOLE_CHARACTERS.match(data, odd.start(), odd.start() + JUDGED_BY)[0]  # type: ignore[index]
        kept.append(line)
        size += len(line)
    return b"".join(kept)


def _first_odd(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0


def plausible(data: bytes) -> list[Reading]:
    """The readings that are text, the most sensible first; at most `CANDIDATES`."""
    found = []
    for encoding, sense in _SENSE.items():
        text = _decoded(data, encoding)
        if text is not None and text.translate(_BLANKS).isprintable():
            found.append(Reading(encoding, text, sense(text)))
    return sorted(found, key=lambda each: -each.sense)[:CANDIDATES]


def samples(text: str) -> tuple[str, ...]:
    """The first few pieces of a text that have more than ASCII in them; none with a number to be private."""
    found: dict[str, None] = {}
    for piece in itertools.islice(_pieces(text), LOOKED_AT):
        cell = shown(piece.strip(" :"))
        if len(re.findall(r"\d", cell)) < 5:
            found.setdefault(cell)
        if len(found) == SAMPLES:
            break
    return tuple(found)


def _pieces(text: str) -> Iterator[str]:
    """What lies between separators and has more than ASCII in it; a long one in parts."""
    at = 0
    while foreign := _FOREIGN.search(text, at):
        here = foreign.start()
        before = _SEPARATORS.split(text[max(at, here - REACH) : here])[-1]
        after = _SEPARATORS.split(text[here : here + REACH], 1)[0]
        yield before + after
        at = here + len(after)


def _share(text: str, meant: Callable[[str], bool]) -> float:
    odd = [char for char in text if ord(char) > 127 and char not in _NEUTRAL]
    return sum(map(meant, odd)) / len(odd) if odd else 0.0


def _common(codec: str, *ranges: tuple[int, int]) -> Callable[[str], float]:
    """Judges by whether a character's two bytes lie in the ranges of what is in daily use."""

    def meant(char: str) -> bool:
        code = char.encode(codec)
        value = int.from_bytes(code, "big")
        return len(code) == 2 and any(low <= value <= high for low, high in ranges)

    def simplified_chinese(char: str) -> bool:
        # The second byte of GB/T 2312 never falls below A1; GBK's later characters are rarer.
        return meant(char) and char.encode(codec)[1] >= 0xA1

    return lambda text: _share(text, simplified_chinese if codec == "gb18030" else meant)


def _hangul(text: str) -> float:
    return _share(text, lambda char: "가" <= char <= "힣")


def _alphabet(low: str, high: str) -> Callable[[str], float]:
    """Judges by words: of one alphabet, and capital letters only where words have them."""

    def sense(text: str) -> float:
        good = odd = 0
        for word in _WORD.findall(text):
            foreign = sum(ord(char) > 127 for char in word)
            odd += foreign
            if word.isupper() or word.islower() or word.istitle():
                ours = sum(low <= char <= high for char in word) == len(word)
                latin = low == "À" and foreign * 2 <= len(word) and all(c <= "ž" for c in word)
                good += foreign if (latin if low == "À" else ours) else 0
        symbols = sum(ord(c) > 127 and not c.isalpha() and c not in _NEUTRAL for c in text)
        return good / (odd + symbols) if odd + symbols else 0.0

    return sense


_LATIN: Final = _alphabet("À", "ž")

_SENSE: Final[dict[str, Callable[[str], float]]] = {
    "gb18030": _common("gb18030", (0xA1A1, 0xA3FE), (0xB0A1, 0xD7F9)),
    "windows-1252": _LATIN,
    "big5": _common("big5hkscs", (0xA140, 0xA3FE), (0xA440, 0xC67E)),
    "windows-1250": _LATIN,
    "windows-1251": _alphabet("Ѐ", "џ"),
    "shift_jis": _common("cp932", (0x8140, 0x8396), (0x889F, 0x9872)),
    "euc-jp": _common("euc_jp", (0xA1A1, 0xA3FE), (0xA4A1, 0xA5FE), (0xB0A1, 0xCFD3)),
    "euc-kr": _hangul,
    "koi8-r": _alphabet("Ѐ", "џ"),
    "windows-1253": _alphabet("Ά", "ώ"),
    "macintosh": _LATIN,
}


def mistaken(text: str) -> str | None:
    """What a text was before a program read its UTF-8 in another encoding (“MÃ¼ller”: “Müller”), or None."""
    for codec in ("cp1252", "latin-1", "gb18030"):
        try:
            meant = text.encode(codec).decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
        if meant == text or not meant.isprintable():
            continue
        if codec == "gb18030" and _SENSE[codec](text) == 1.0 and not re.search("[A-Za-z]", text):
            continue  # Chinese in daily use, whose bytes (those of 一, 谢, 小) are UTF-8 by chance
        return meant
    return None
