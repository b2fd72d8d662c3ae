"""Words that mean danger. Whoever types them is led to the safety stop and to a person, never to a repair.

A word alone is often harmless ("electricity bill"), so a danger is a pattern: something near something
else, or a phrase that says it by itself. In doubt it is a danger: a stop too many costs a question, one
too few a life."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from assist.answers.search.terms import normalised


class Hazard(StrEnum):
    """What may hurt somebody."""

    ELECTRICITY = "electricity"
    BURST = "burst"
    GAS = "gas"
    PERSON = "person"
    CONTAMINATION = "contamination"


_WATER = r"(?:水|漏|滴|淹|濕|湿|water|leak|drip|wet|flood)"
_ELECTRIC = (
    r"(?:插座|插头|插頭|插板|排插|电箱|電箱|配电|配電|电表(?!示)|電錶|电线|電線|电源|電源|电器|電器|灯里|燈裡|电闸|電閘|"
    r"\bsockets?\b|\boutlets?\b|\bfuse ?box|\bwiring\b|"
    r"\belectric(?:s|al|ity)?\b(?! (?:bill|water heater|company))|"
    r"\blight fitting|\blights?\b|\bplugs?\b(?! hole)|\bpower strip|\bextension lead|\bconsumer unit)"
)
_PATTERNS: Final[Mapping[Hazard, str]] = {
    Hazard.ELECTRICITY: (
        rf"触电|觸電|漏电|漏電|被电|被電|电到|電到|电了一下|電了一下|麻手|带电|帶電|冒火花|跳闸|跳閘|"
        rf"electrocut|electric shock|got a shock|\bshocks? me|live wire|sparks?\b|sparking|"
        rf"{_WATER}.{{0,24}}{_ELECTRIC}|{_ELECTRIC}.{{0,24}}{_WATER}"
    ),
    Hazard.BURST: (
        r"爆管|爆水管|水管爆|管爆|管子爆|爆裂|爆喉|喷水|噴水|喷出来|噴出來|路面塌|塌陷|塌了|马路喷|淹了|水浸|"
        r"\bburst\b|bursting|gushing|flooding|flooded|sinkhole|geyser of|spraying everywhere|"
        r"ceiling (?:is )?(?:collaps|coming down|bulg|sagg)|天花板.{0,6}(?:塌|鼓|要掉)|water pouring"
    ),
    Hazard.GAS: (
        r"(?:煤气|煤氣|燃气|燃氣|天然气|天然氣|瓦斯)(?!热水|熱水|爐|炉).{0,8}(?:味|漏|泄|洩|臭|泄漏|中毒)|(?:闻到|聞到|有).{0,3}(?:煤气|煤氣|瓦斯|燃气|燃氣)|"
        r"smell(?:s|ing)?(?: of| like)? gas|gas (?:leak|smell)|carbon monoxide|一氧化碳"
    ),
    Hazard.PERSON: (
        r"受伤|受傷|晕倒|暈倒|昏倒|救命|被困|摔倒|摔伤|摔傷|烫伤|燙傷|掉进|掉進|掉下去|有人溺|中毒|"
        r"\binjured\b|\bhurt\b|unconscious|collapsed|trapped|drown|scald|fell (?:in|into|down)"
    ),
    Hazard.CONTAMINATION: (
        r"(?:喝了|喝完|用了|洗了|洗完).{0,10}(?:拉肚子|腹泻|腹瀉|肚子疼|肚子痛|呕吐|嘔吐|恶心|噁心|不舒服|起疹|皮疹)|"
        r"(?:汽油|柴油|农药|農藥|油漆|化学|化學|污水|粪|糞|大便|尿|死老鼠|死鸟|尸|屍).{0,6}(?:味|臭|在水|进水|進水|混|倒灌)|"
        r"水.{0,6}(?:汽油|柴油|农药|農藥|油漆味|粪|糞|死老鼠|有毒|被污染|被汙染)|"
        r"(?:\bsick|\bill\b|vomit\w*|diarrh\w*|rash|stomach).{0,40}(?:water|drinking)|"
        r"(?:water|drinking|drank).{0,40}(?:\bsick\b|\bill\b|vomit|diarrh|rash|stomach)|"
        r"(?:petrol|diesel|fuel|paint|pesticide|chemical|sewage|faec|feces|"
        r"dead (?:rat|bird|animal)).{0,24}(?:water|tap|tank)|"
        r"(?:water|tap|tank).{0,24}(?:petrol|diesel|\bfuel|paint|pesticide|chemicals|"
        r"sewage|faec|feces|dead (?:rat|bird|animal)|contaminated|poison)|contaminated"
    ),
}
_COMPILED = {hazard: re.compile(pattern) for hazard, pattern in _PATTERNS.items()}
_NOT_NOW = re.compile(
    r"防冻|防凍|保险|保險|赔偿|賠償|"
    r"insurance|compensation|prevent|avoid|预防|預防|how do i know|会不会|什么叫|什麼叫"
)
"""Who asks beforehand or afterwards is not in it."""


def danger_in(words: str) -> Hazard | None:
    """The danger that is told of in these words, or None."""
    text = normalised(words)
    if _NOT_NOW.search(text):
        return None
    return next((hazard for hazard, pattern in _COMPILED.items() if pattern.search(text)), None)
