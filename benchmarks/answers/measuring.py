"""How well questions find their answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assist.answers.search.index import Index
from assist.answers.search.sureness import how_sure
from benchmarks.answers.labelled import NONE


@dataclass(frozen=True)
class Figures:
    """Shares of the questions. `hit_1`, `hit_3`: of those that have an answer, it is the first, among three;
    `sure_wrong`: of all that were told an answer for sure, it was another one or there is none;
    `silent_right`: of those without an answer, nothing was offered; `silent_wrong`: of those with one,
    nothing was."""

    questions: int
    hit_1: float
    hit_3: float
    sure: int
    sure_wrong: float
    silent_right: float
    silent_wrong: float


def measure(index: Index, asked: Sequence[tuple[str, str]]) -> Figures:
    """Ask them all."""
    there = [(code, index.ask(words)) for code, words in asked if code != NONE]
    none = [index.ask(words) for code, words in asked if code == NONE]
    sure = [hits[0].key == code for code, hits in there if how_sure(hits) == "sure"]
    sure += [False for hits in none if how_sure(hits) == "sure"]
    return Figures(
        questions=len(asked),
        hit_1=_share(any(hit.key == code for hit in hits[:1]) for code, hits in there),
        hit_3=_share(any(hit.key == code for hit in hits[:3]) for code, hits in there),
        sure=len(sure),
        sure_wrong=_share(not right for right in sure),
        silent_right=_share(how_sure(hits) == "no" for hits in none),
        silent_wrong=_share(how_sure(hits) == "no" for _, hits in there),
    )


def _share(given: object) -> float:
    values = list(given)  # type: ignore[call-overload]
    return round(sum(values) / len(values), 4) if values else 0.0
