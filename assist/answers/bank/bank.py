"""The answers that come with the program: a file for each subject, read once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assist.answers.answer import AnswerContent, AnswerSubject, Wording

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Shipped:
    """An answer as it comes with the program."""

    code: str
    content: AnswerContent


@cache
def shipped() -> tuple[tuple[Shipped, ...], str]:
    """All of them, by code, and a digest of what they say.

    Raises:
        KeyError, ValueError: a file is of another shape, or two answers have the same code: it is part of the
            program, and does not start so.
    """
    found: dict[str, Shipped] = {}
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.json")):
        read = path.read_bytes()
        digest.update(read)
        for code, each in json.loads(read).items():
            if code in found:
                raise ValueError(f"{path.name}: {code} is there twice")
            texts = {
                language: Wording(tuple(each[language][:-1]), each[language][-1])
                for language in ("zh-Hans", "zh-Hant", "en")
            }
            found[code] = Shipped(
                code, AnswerContent(AnswerSubject(path.stem), texts, tuple(each.get("guides", ())))
            )
    return tuple(found[code] for code in sorted(found)), digest.hexdigest()
