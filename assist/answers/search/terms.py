"""What a question is made of: the terms under which it is looked for.

A question may be written in Chinese characters of either script, in pinyin (whole or by initials), in
English, or in all of them. So a text gives terms of several kinds, each with a weight of its own:

* ``b:漏水`` two characters beside each other; ``u:漏`` one. Words need no dictionary then, and a wrong one
  spoils two terms of many.
* ``p:lou-shui`` two syllables beside each other. It finds the pinyin that somebody typed, the wrong
  character of
  the same sound that an input method chose, and the other script.
* ``i:ls`` initials of two to four syllables beside each other; they are looked for only where nothing
  better was typed.
* ``w:leak`` a word in Latin script without its ending.
* ``c:leak`` what a word or a phrase means, of all languages (``lexicon.json``): so synonyms find each other.
"""

from __future__ import annotations

import itertools
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from assist.answers.search.pinyin import initials_of, sound_of, syllables, syllables_in

WEIGHTS: Final[Mapping[str, float]] = {"b": 1.0, "u": 0.35, "p": 0.55, "i": 0.6, "w": 1.0, "c": 1.3}
"""How much a kind of term counts beside the others."""
LONGEST: Final = 200
"""Characters of a question that are read."""

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_RUNS = re.compile(rf"[{_HAN}]+|[a-z]+(?:'[a-z]+)?|\d+")
_IS_HAN = re.compile(rf"[{_HAN}]")


@cache
def _lexicon() -> dict[str, dict[str, str | list[str]]]:
    read: dict[str, dict[str, str | list[str]]] = json.loads(
        Path(__file__).with_name("lexicon.json").read_text("utf-8")
    )
    return read


@cache
def _silent() -> tuple[re.Pattern[str], frozenset[str]]:
    """What says nothing of the matter: phrases in Chinese, words in English."""
    silent = _lexicon()["silent"]
    phrases = sorted(silent["zh"], key=len, reverse=True)
    return re.compile("|".join(map(re.escape, phrases))), frozenset(silent["en"])


@cache
def _meanings() -> tuple[dict[str, str], dict[tuple[str, ...], str], dict[str, str], int]:
    """Concepts by phrase of characters, by words in Latin script, and by sound; the longest phrase."""
    han: dict[str, str] = {}
    latin: dict[tuple[str, ...], str] = {}
    sounds: dict[str, str] = {}
    for concept, words in _lexicon()["concepts"].items():
        for word in words:
            if _IS_HAN.search(word):
                han[word] = concept
                if len(word) > 1:
                    sounds.setdefault("-".join(sound_of(each) for each in word), concept)
            else:
                latin[tuple(stem(each) for each in word.split())] = concept
    return han, latin, sounds, max(map(len, han))


def normalised(text: str) -> str:
    """One form of what looks alike: full width, capitals, signs."""
    return unicodedata.normalize("NFKC", text[:LONGEST]).casefold().replace("’", "'")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """An English word without its ending, by the few rules that questions about water need."""
    word = word.removesuffix("'s").replace("'", "")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) > 2 and re.search("[aeiouy]", rest):
            return (
                rest[:-1]
                if len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "lsz"
                else rest.rstrip("e")
            )
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def terms_of(text: str) -> dict[str, float]:
    """The terms of a text that is stored, each with its weight."""
    found: dict[str, float] = {}
    for term in _stored(normalised(text)):
        found[term] = found.get(term, 0.0) + WEIGHTS[term[0]]
    return found


def _stored(text: str) -> Iterator[str]:
    yield from _concepts(text)
    for run in _runs(text):
        if _IS_HAN.match(run):
            yield from han_terms(run)
            yield from initial_terms(run)
        elif run not in _silent()[1] and not run.isdigit():
            yield f"w:{stem(run)}"


def _runs(text: str) -> list[str]:
    return _RUNS.findall(_silent()[0].sub(" ", text))


def han_terms(run: str) -> Iterator[str]:
    """Characters, pairs of them, and pairs of their sounds."""
    sounds = [sound_of(each) for each in run]
    for index, each in enumerate(run):
        yield f"u:{each}"
        if index + 1 < len(run):
            yield f"b:{each}{run[index + 1]}"
            yield f"p:{sounds[index]}-{sounds[index + 1]}"


def initial_terms(run: str) -> Iterator[str]:
    """Initials of two, three and four characters beside each other."""
    initials = "".join(initials_of(each) for each in run)
    for length in (2, 3, 4):
        for start in range(len(initials) - length + 1):
            yield f"i:{initials[start : start + length]}"


def _concepts(text: str) -> Iterator[str]:
    """What phrases mean, the longest first; a part of a phrase that was found means nothing by itself."""
    han, latin, _sounds, longest = _meanings()
    at = 0
    while at < len(text):
        for length in range(min(longest, len(text) - at), 0, -1):
            if (concept := han.get(text[at : at + length])) is not None:
                yield f"c:{concept}"
                at += length
                break
        else:
            at += 1
    words = [stem(each) for each in re.findall(r"[a-z]+(?:'[a-z]+)?", text)]
    at = 0
    while at < len(words):
        for length in (4, 3, 2, 1):
            if (concept := latin.get(tuple(words[at : at + length]))) is not None:
                yield f"c:{concept}"
                at += min(length, len(words) - at)
                break
        else:
            at += 1


def asked_terms(text: str, known: Mapping[str, float], nearest: Mapping[str, str]) -> dict[str, float]:
    """The terms of a question. ``known``: terms of the index, by rarity; ``nearest``: words with a letter
    left
    out, and the word that they may have been."""
    text = normalised(text)
    found: dict[str, float] = {}

    def add(term: str, part: float = 1.0) -> None:
        found[term] = max(found.get(term, 0.0), WEIGHTS[term[0]] * part)

    for term in _concepts(text):
        add(term)
    silent = _silent()[1]
    sounded: list[str] = []
    for run in [*_runs(text), ""]:
        typed = () if _IS_HAN.match(run) or f"w:{stem(run)}" in known else _syllables(run)
        if not typed and sounded:
            for term, part in _sounded(tuple(sounded)):
                add(term, part)
            sounded.clear()
        sounded += typed
        if _IS_HAN.match(run):
            for term in han_terms(run):
                add(term)
        elif run and not run.isdigit() and run not in silent:
            for term, part in _latin(run, known, nearest, bool(typed)):
                add(term, part)
    return found


def _syllables(run: str) -> tuple[str, ...]:
    return syllables_in(run) or ((run,) if run in syllables() else ())


def _latin(
    run: str, known: Mapping[str, float], nearest: Mapping[str, str], pinyin: bool
) -> Iterator[tuple[str, float]]:
    """A run of letters: a word, pinyin (which is looked at by itself), a word with a slip, or initials."""
    word = f"w:{stem(run)}"
    if word in known:
        yield word, 1.0
    elif (meant := _meant(stem(run), nearest)) is not None:
        part = 0.4 if pinyin else 0.85
        yield word, 0.25
        yield f"w:{meant}", part
        if (concept := _meanings()[1].get((meant,))) is not None:
            yield f"c:{concept}", part
    elif pinyin:
        return
    elif 2 <= len(run) <= 8 and not re.search("[eiou]", run):
        for length in (4, 3, 2):
            hits = [f"i:{run[at : at + length]}" for at in range(len(run) - length + 1)]
            if any(each in known for each in hits):
                yield from ((each, 1.0) for each in hits)
                return
        yield word, 1.0
    else:
        yield word, 1.0


def _sounded(typed: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    sounds = _meanings()[2]
    for part in _telling(typed):
        for first, second in itertools.pairwise(part):
            yield f"p:{first}-{second}", 1.6
        for length in (2, 3, 4):
            for start in range(len(part) - length + 1):
                if (concept := sounds.get("-".join(part[start : start + length]))) is not None:
                    yield f"c:{concept}", 0.9


@cache
def _silent_sounds() -> frozenset[tuple[str, ...]]:
    """How the silent phrases sound; one syllable alone could be too many other things."""
    phrases = (tuple(map(sound_of, phrase)) for phrase in _lexicon()["silent"]["zh"])
    return frozenset(phrase for phrase in phrases if len(phrase) > 1)


def _telling(typed: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The syllables between phrases that say nothing, as the characters between them are looked at."""
    silent = _silent_sounds()
    longest = max(map(len, silent), default=0)
    parts: list[list[str]] = [[]]
    at = 0
    while at < len(typed):
        length = next((size for size in range(longest, 1, -1) if typed[at : at + size] in silent), 0)
        if length:
            parts.append([])
        else:
            parts[-1].append(typed[at])
        at += length or 1
    return [tuple(part) for part in parts if part]


def shortened(word: str) -> Iterator[str]:
    """A word, and the word with one letter left out, at each place."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def _meant(word: str, nearest: Mapping[str, str]) -> str | None:
    if len(word) < 4:
        return None
    # People seldom miss the first letter, and "train" is no "drain".
    hits = (nearest[each] for each in shortened(word) if each in nearest)
    return next((each for each in hits if each[0] == word[0]), None)
