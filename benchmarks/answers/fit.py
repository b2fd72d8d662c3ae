"""Fit what certainty is made of to the questions that are there to build with: `python -m
benchmarks.answers.fit`.

Prints the weights for `assist.answers.search.index.Weighing`, and how the building part fares with them.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from assist.answers.bank.bank import shipped
from assist.answers.search.index import Entry, Index, Weighing, prepare
from assist.answers.store import entry_of
from benchmarks.answers.labelled import NONE, labelled
from benchmarks.answers.measuring import measure


def logistic(features: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights by Newton's method, held back a little so that a part that is told apart at once has finite
    ones."""
    weights = np.zeros(features.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-features @ weights))
        slope = features.T @ (right - p) - 0.3 * weights
        bend = (features * (p * (1 - p))[:, None]).T @ features + 0.3 * np.eye(len(weights))
        weights += np.linalg.solve(bend, slope)
    return weights


def main() -> None:
    entries = [entry_of(each.code, each.content) for each in shipped()[0]]
    prepared = [prepare(each) for each in entries]
    asked = labelled("build")
    best: tuple[float, Weighing] | None = None
    for gathered in (0.1, 0.2, 0.3, 0.45):
        for covered in (0.1, 0.2, 0.3, 0.45):
            weighing = Weighing(gathered, 1 - gathered - covered, covered)
            index = Index(prepared, weighing)
            hits = sum(
                any(code == hit.key for hit in index.ask(words)[:1])
                + 0.5 * any(code == hit.key for hit in index.ask(words))
                for code, words in asked
            )
            if best is None or hits > best[0]:
                best = (hits, weighing)
    assert best is not None
    weighing = best[1]
    rows, right = [], []
    # Each wording of the bank is a question too, as long as the index does not know it; and what has no
    # answer.
    for fold in range(3):
        left_out, kept = apart(entries, fold)
        index = Index([prepare(each) for each in kept], weighing)
        for code, words in [*left_out, *(each for each in asked if fold == 0 or each[0] == NONE)]:
            found = index.ask(words)
            if found:
                e = found[0].evidence
                rows.append((1.0, e.near, e.covered, e.ahead))
                right.append(float(found[0].key == code))
    weights = logistic(np.array(rows), np.array(right))
    constant, near, covered, ahead = (round(float(each), 2) for each in weights)
    fitted = replace(weighing, certainty=(constant, near, covered, ahead))
    figures = measure(Index(prepared, fitted), asked)
    sys.stdout.write(f"{fitted}\n{json.dumps(figures.__dict__, ensure_ascii=False)}\n")


def apart(entries: list[Entry], fold: int) -> tuple[list[tuple[str, str]], list[Entry]]:
    """Every third wording, and the answers without them."""
    out = [(each.key, words) for each in entries for words in each.wordings[fold::3]]
    gone = set(out)
    left = [
        replace(each, wordings=[w for w in each.wordings if (each.key, w) not in gone]) for each in entries
    ]
    return out, [each for each in left if each.wordings]


if __name__ == "__main__":
    main()
