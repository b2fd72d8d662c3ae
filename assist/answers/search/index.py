"""The index of all published answers, in memory, and how sure a hit is.

Two steps. *Gathering* adds up BM25 over all answers: one array of scores, one addition for each term of
the question (Robertson and Zaragoza, doi:10.1561/1500000019; fields weighted as in BM25F). *Ordering*
looks at the best few again, wording by wording: a question is short, and an answer that was written for
nearly these words is better than one whose long text mentions them all.

How sure a hit is, is a probability: a logistic function of what was found (`Evidence`), its weights fitted to
questions of which the answer is known (`benchmarks/answers`), and never to those that the benchmark measures.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assist.answers.search.terms import asked_terms, shortened, terms_of

K1, B = 1.2, 0.5
QUESTION, TEXT, SUBJECT = 1.0, 0.25, 0.4
"""How much a term counts in a wording, in the answer's text, in the name of its subject."""
GATHERED: Final = 24
FEW: Final = 3
UNKNOWN_RARITY: Final = 1.0
"""Of a term that no answer has, as a part of the rarest's."""


@dataclass(frozen=True)
class Entry:
    """An answer to be found: `wordings` of the question and `texts` in any languages; `subject` in words."""

    key: str
    wordings: Sequence[str]
    texts: Sequence[str] = ()
    subject: str = ""


@dataclass(frozen=True)
class Evidence:
    """What speaks for a hit. `near`: the nearest wording, 0 to 1; `covered`: how much of the question its
    wordings have, by rarity; `ahead`: how far it is before the next, of its own score; `size`: terms that
    were asked."""

    near: float
    covered: float
    ahead: float
    size: int


@dataclass(frozen=True)
class Hit:
    """An answer that may be meant. `certainty`: how probable it is, 0 to 1."""

    key: str
    score: float
    evidence: Evidence
    certainty: float


@dataclass(frozen=True)
class Weighing:
    """Weights of the order and of the certainty; fitted, see `benchmarks/answers/fit.py`."""

    gathered: float = 0.2
    near: float = 0.35
    covered: float = 0.45
    certainty: tuple[float, float, float, float] = (-1.86, 0.63, 1.86, 2.18)
    """Constant, near, covered, ahead."""


WEIGHING: Final = Weighing()


@dataclass(frozen=True)
class Prepared:
    """An answer's terms, which are the slow part of building: kept from one index to the next."""

    entry: Entry
    wordings: tuple[Mapping[str, float], ...]
    counts: Mapping[str, float]
    length: float


def prepare(entry: Entry) -> Prepared:
    """Read an answer's terms."""
    wordings = tuple(terms_of(each) for each in entry.wordings)
    counts: dict[str, float] = defaultdict(float)
    for terms in wordings:
        for term, weight in terms.items():
            counts[term] += QUESTION * weight
    for text in entry.texts:
        for term, weight in terms_of(text).items():
            if term[0] not in "ip":
                counts[term] += TEXT * weight
    for term, weight in terms_of(entry.subject).items():
        counts[term] += SUBJECT * weight
    return Prepared(entry, wordings, counts, sum(counts.values()))


class Index:
    """All answers, ready to be asked. It is never changed; another takes its place."""

    def __init__(self, prepared: Iterable[Prepared], weighing: Weighing = WEIGHING) -> None:
        self.prepared = list(prepared)
        self.weighing = weighing
        self.rarity = _rarity(self.prepared)
        self.rarest = max(self.rarity.values(), default=1.0)
        self._postings = self._gathering()
        self._wordings = [[self._weighted(terms) for terms in each.wordings] for each in self.prepared]
        self._nearest = _nearest(self.rarity)

    def __len__(self) -> int:
        return len(self.prepared)

    def ask(self, question: str, few: int = FEW) -> list[Hit]:
        """The best answers to a question, the best first; empty where nothing of it is known."""
        asked = asked_terms(question, self.rarity, self._nearest)
        if not asked or not self.prepared:
            return []
        scores = np.zeros(len(self.prepared), np.float32)
        for term, weight in asked.items():
            if (posting := self._postings.get(term)) is not None:
                scores[posting[0]] += np.float32(weight) * posting[1]
        wanted = min(GATHERED, len(scores))
        best = np.argpartition(scores, -wanted)[-wanted:]
        top = float(scores[best].max())
        if top <= 0:
            return []
        weighted, norm = self._asked(asked)
        found = [
            self._looked_at(int(at), float(scores[at]) / top, asked, weighted, norm)
            for at in best
            if scores[at] > 0
        ]
        found.sort(key=lambda each: (-each[0], self.prepared[each[3]].entry.key))
        return self._hits(found[: few + 1], len(asked))[:few]

    def _hits(self, found: Sequence[tuple[float, float, float, int]], size: int) -> list[Hit]:
        hits = []
        for place, (score, near, covered, at) in enumerate(found):
            after = found[place + 1][0] if place + 1 < len(found) else 0.0
            evidence = Evidence(near, covered, (score - after) / score if score else 0.0, size)
            key = self.prepared[at].entry.key
            hits.append(Hit(key, score, evidence, certainty(evidence, self.weighing)))
        return hits

    def _looked_at(
        self, at: int, gathered: float, asked: Mapping[str, float], weighted: Mapping[str, float], norm: float
    ) -> tuple[float, float, float, int]:
        near = 0.0
        for terms, length in self._wordings[at]:
            small, large = (weighted, terms) if len(weighted) < len(terms) else (terms, weighted)
            dot = sum(weight * large[term] for term, weight in small.items() if term in large)
            near = max(near, dot / (length * norm))
        counts = self.prepared[at].counts
        there = total = 0.0
        for term, weight in weighted.items():
            if term[0] == "u":
                continue
            total += weight
            if term in counts:
                there += weight * min(1.0, counts[term] / (QUESTION * asked[term]))
        covered = there / total if total else 0.0
        w = self.weighing
        return w.gathered * gathered + w.near * near + w.covered * covered, near, covered, at

    def _asked(self, asked: Mapping[str, float]) -> tuple[dict[str, float], float]:
        weighted = {
            term: weight * self.rarity.get(term, self.rarest * UNKNOWN_RARITY)
            for term, weight in asked.items()
            # A pair of sounds beside the same pair of characters says nothing more where both are known.
        }
        return weighted, math.sqrt(sum(each * each for each in weighted.values())) or 1.0

    def _weighted(self, terms: Mapping[str, float]) -> tuple[dict[str, float], float]:
        # Initials are left out of a wording's length: nobody types both.
        weighted = {term: weight * self.rarity[term] for term, weight in terms.items()}
        length = math.sqrt(sum(each * each for term, each in weighted.items() if term[0] != "i"))
        return weighted, length or 1.0

    def _gathering(self) -> dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]]:
        usual = sum(each.length for each in self.prepared) / max(1, len(self.prepared)) or 1.0
        lists: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
        for at, each in enumerate(self.prepared):
            damped = K1 * (1 - B + B * each.length / usual)
            for term, count in each.counts.items():
                ids, weights = lists[term]
                ids.append(at)
                weights.append(self.rarity[term] * count * (K1 + 1) / (count + damped))
        return {
            term: (np.array(ids, np.int32), np.array(weights, np.float32))
            for term, (ids, weights) in lists.items()
        }


def certainty(evidence: Evidence, weighing: Weighing = WEIGHING) -> float:
    """How probable it is that this is the answer."""
    constant, near, covered, ahead = weighing.certainty
    x = constant + near * evidence.near + covered * evidence.covered + ahead * evidence.ahead
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))


def _rarity(prepared: Sequence[Prepared]) -> dict[str, float]:
    """Inverse document frequency, never below nought."""
    times: Counter[str] = Counter()
    for each in prepared:
        times.update(each.counts.keys())
    total = len(prepared)
    return {term: math.log(1 + (total - count + 0.5) / (count + 0.5)) for term, count in times.items()}


def _nearest(rarity: Mapping[str, Any]) -> dict[str, str]:
    """Words by each form of theirs with a letter left out; the more usual word where two have the same."""
    words = sorted(
        (term[2:] for term in rarity if term.startswith("w:")), key=lambda each: rarity[f"w:{each}"]
    )
    nearest: dict[str, str] = {}
    for word in words:
        if len(word) >= 4:
            for each in shortened(word):
                nearest.setdefault(each, word)
    return nearest
