"""Answers found in people's own words: how often, how surely, and how fast among 10,000.

``hit_1`` and ``hit_3`` are shares of the questions of ``measure.txt`` that the bank has an answer to;
nothing is fitted to that part. Times are of one search in an index of 10,000 answers: the bank's own,
varied by other words in each wording, asked one after the other in one process, processor and wall clock
together."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import asdict

from assist.answers.bank.bank import shipped
from assist.answers.search.index import Entry, Index, prepare
from assist.answers.store import entry_of
from benchmarks import Figure, Line, percentile
from benchmarks.answers.labelled import labelled
from benchmarks.answers.measuring import measure

MANY = 10_000
_PLACES = (
    "东区",
    "西区",
    "南山",
    "北苑",
    "河边",
    "老城",
    "新村",
    "harbour",
    "garden",
    "station",
    "mill",
    "school",
)


def run(preset: str = "full") -> Iterator[Line]:
    """Figures; "quick" has a fifth of the answers."""
    entries = [entry_of(each.code, each.content) for each in shipped()[0]]
    asked = labelled("measure")
    found = measure(Index([prepare(each) for each in entries]), asked)
    context = asdict(found) | {"answers": len(entries)}
    yield Figure("answers.hit_1", found.hit_1, "share", 0.75, better="higher", context=context)
    yield Figure("answers.hit_3", found.hit_3, "share", 0.9, better="higher", context=context)
    yield Figure("answers.sure_wrong", found.sure_wrong, "share", 0.05, context=context)
    many = MANY // (5 if preset == "quick" else 1)
    began = time.perf_counter()
    index = Index([prepare(each) for each in varied(entries, many, random.Random(44))])
    built = time.perf_counter() - began
    times = []
    for _code, words in asked * 5:
        began = time.perf_counter()
        index.ask(words)
        times.append((time.perf_counter() - began) * 1000)
    yield Figure(
        "answers.search_p99",
        round(percentile(times, 0.99), 2),
        "ms",
        20.0,
        context={"answers": many, "p50": round(percentile(times, 0.5), 2), "built_s": round(built, 1)},
    )


def varied(entries: list[Entry], many: int, chance: random.Random) -> list[Entry]:
    """So many answers: each of the bank's again and again, with other words in its wordings."""
    made = list(entries)
    while len(made) < many:
        each = chance.choice(entries)
        place = chance.choice(_PLACES)
        wordings = [
            f"{place} {words}" if chance.random() < 0.5 else f"{words} {place}" for words in each.wordings
        ]
        made.append(Entry(f"{each.key}_{len(made)}", wordings, each.texts, each.subject))
    return made
