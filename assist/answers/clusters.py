"""What is asked and not found, put together where the same things are spoken of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from assist.answers.search.terms import terms_of

ALIKE: Final = 0.3
"""Terms that two questions must share, of those that either has."""


@dataclass(frozen=True)
class Cluster:
    """Questions about the same. `words`: the most usual of them; `others`: a few more."""

    words: str
    times: int
    others: tuple[str, ...]


def clusters_of(asked: Sequence[str], most: int = 50) -> list[Cluster]:
    """The largest first. A question joins the first cluster whose leader it shares terms with."""
    times = Counter(asked)
    leaders: list[tuple[frozenset[str], list[str]]] = []
    for words in sorted(times, key=lambda each: (-times[each], each)):
        terms = frozenset(term for term in terms_of(words) if term[0] in "bwc")
        for led, members in leaders:
            if terms and len(terms & led) >= ALIKE * min(len(terms | led), 2 * len(led)):
                members.append(words)
                break
        else:
            leaders.append((terms, [words]))
    found = [
        Cluster(members[0], sum(times[each] for each in members), tuple(members[1:4]))
        for _, members in leaders
    ]
    return sorted(found, key=lambda each: (-each.times, each.words))[:most]
