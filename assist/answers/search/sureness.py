"""When an answer is offered as the answer, when as one that may be meant, and when not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from assist.answers.search.index import Hit

SURE: Final = 0.7
PERHAPS: Final = 0.4
"""Of the first hit. Below, nothing is offered: an answer to something else is worse than a person."""
BESIDE: Final = 0.45
"""Of the first hit's score, that a further one must have to be shown beside it."""


def how_sure(hits: Sequence[Hit]) -> Literal["sure", "perhaps", "no"]:
    """Whether one of these is the answer."""
    if not hits or hits[0].certainty < PERHAPS:
        return "no"
    return "sure" if hits[0].certainty >= SURE else "perhaps"


def shown(hits: Sequence[Hit]) -> list[Hit]:
    """What is offered of them."""
    if how_sure(hits) == "no":
        return []
    return [hit for hit in hits if hit.score >= BESIDE * hits[0].score]
