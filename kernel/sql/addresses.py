"""What an address is compared by, in both wings: one place, however it was written."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 200

_BETWEEN: Final = re.compile(r"[\W_]+")

_TRADITIONAL: Final = str.maketrans(
    "號樓層單區縣鎮鄉東臺台門園廣場龍灣灘橋華國興慶長開陽陰銀鐵車馬頭壩嶺澤溝岡義樂豐寧濟與無萬蘇衛滬學醫環線綠紅雲"
    "飛鳳鶴雞魚島莊棟賓館廠關連運蘭濱漢閘靜貴黃爾諾聖團結農業財貿電報錦綉繡",
    "号楼层单区县镇乡东台台门园广场龙湾滩桥华国兴庆长开阳阴银铁车马头坝岭泽沟冈义乐丰宁济与无万苏卫沪学医环线绿红云"
    "飞凤鹤鸡鱼岛庄栋宾馆厂关连运兰滨汉闸静贵黄尔诺圣团结农业财贸电报锦绣绣",
)


def place_key(address: str) -> str:
    """No case, width, accent, space or punctuation is left of it, and of two ways to write a Chinese
    character the simplified one. Empty for none.
    """
    return _BETWEEN.sub("", folded(unicodedata.normalize("NFKC", address)))[:LONGEST]


def folded(text: str) -> str:
    """Without case, width and accents, in simplified characters: what is compared.

    The length of each letter stays, as far as Unicode lets it, so that places in it are places in the text.
    """
    return text.lower().replace("`", "'") if text.isascii() else text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """What each letter becomes, for ``str.translate``: a file has many addresses, and few letters."""

    def __missing__(self, letter: int) -> str:
        found = _fold(chr(letter)).translate(_TRADITIONAL)
        if len(self) < 4096:
            self[letter] = found
        return found


_FOLDED: Final = _Folded()


def _fold(letter: str) -> str:
    if letter in "’‘ʼ`´":
        return "'"
    bare = "".join(c for c in unicodedata.normalize("NFD", letter) if unicodedata.category(c) != "Mn")
    return {"œ": "oe", "æ": "ae", "ß": "ss"}.get(bare.lower(), bare.lower())
