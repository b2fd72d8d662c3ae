"""An answer of the bank: what it says, its states, and what moves it.

- *draft*: somebody writes it. What was published before, if anything, is still offered.
- *reviewed*: somebody else's eyes have been on it, by name.
- *published*: it is what people are offered, as a version that is kept.
- *withdrawn*: it is offered to nobody; its versions stay.

Writing makes a draft of it again: what was reviewed is no longer what is there.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from kernel.errors import Invalid, Refused
from kernel.table import Step, Table


class AnswerSubject(StrEnum):
    """What it is about."""

    LEAK = "leak"
    NO_WATER = "no_water"
    PRESSURE = "pressure"
    QUALITY = "quality"
    METER = "meter"
    BILLS = "bills"
    ACCOUNT = "account"
    HOME = "home"
    EMERGENCY = "emergency"
    SERVICE = "service"


class AnswerState(StrEnum):
    """Where it stands."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class AnswerEvent(StrEnum):
    """What happens to it; also the kinds of its versions."""

    WRITE = "write"
    REVIEW = "review"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


class AnswerUseKind(StrEnum):
    """What came of an answer: it was offered, opened, it helped or did not, a technician sent it."""

    OFFERED = "offered"
    OPENED = "opened"
    HELPED = "helped"
    NOT_HELPED = "not_helped"
    INSERTED = "inserted"


_S, _E = AnswerState, AnswerEvent
ANSWERS: Final[Table[AnswerState, AnswerEvent, Step[AnswerState]]] = Table(
    _S.DRAFT,
    {
        **{(state, _E.WRITE): Step(_S.DRAFT) for state in AnswerState},
        (_S.DRAFT, _E.REVIEW): Step(_S.REVIEWED),
        (_S.REVIEWED, _E.PUBLISH): Step(_S.PUBLISHED),
        **{(state, _E.WITHDRAW): Step(_S.WITHDRAWN) for state in (_S.DRAFT, _S.REVIEWED, _S.PUBLISHED)},
    },
)


class AnswerInvalid(Invalid):
    """This answer cannot be published as it stands; nothing was changed."""

    code = "answer_invalid"


class AnswerMoveRefused(Refused):
    """This answer is no longer in a state in which that can be done."""

    code = "answer_move_refused"


class AnswerCodeTaken(Refused):
    """Another answer has this code."""

    code = "answer_code_taken"


@dataclasses.dataclass(frozen=True)
class Wording:
    """An answer in one language: how people ask (the first is shown), and what they are told."""

    questions: tuple[str, ...] = ()
    text: str = ""


@dataclasses.dataclass(frozen=True)
class AnswerContent:
    """What an answer says. `guides`: ids of guides that it leads to; `texts`: by language."""

    subject: AnswerSubject
    texts: Mapping[str, Wording]
    guides: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "subject": self.subject.value,
            "guides": list(self.guides),
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
            "texts": {
                language: {"questions": list(each.questions), "text": each.text}
                for language, each in self.texts.items()
            },
        }


def read_content(kept: Mapping[str, Any]) -> AnswerContent:
    """From what is kept."""

    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(kept[name]) if kept.get(name) else None

    return AnswerContent(
        AnswerSubject(kept["subject"]),
        {lang: Wording(tuple(each["questions"]), each["text"]) for lang, each in kept["texts"].items()},
        tuple(kept.get("guides", ())),
        moment("valid_from"),
        moment("valid_until"),
    )


def moved(state: AnswerState, event: AnswerEvent) -> AnswerState:
    """The state after ``event``.

    Raises:
        AnswerMoveRefused
    """
    step = ANSWERS.get((state, event))
    if step is None:
        raise AnswerMoveRefused(event=event.value, state=state.value)
    return step.to


def holds(content: AnswerContent, now: datetime) -> bool:
    """Whether it is valid at that moment."""
    begun = content.valid_from is None or content.valid_from <= now
    return begun and (content.valid_until is None or now < content.valid_until)


@dataclasses.dataclass(frozen=True)
class Change:
    """A piece of a text that stayed (`same`), came (`added`) or went (`removed`)."""

    kind: str
    text: str


def difference(before: str, after: str) -> list[Change]:
    """What is different in a text: by words where there are any, by characters in Chinese."""
    pieces = re.compile(r"[A-Za-z0-9']+|\s+|.", re.DOTALL)
    old, new = pieces.findall(before), pieces.findall(after)
    changes: list[Change] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            changes.append(Change("same", "".join(old[a:b])))
            continue
        if a < b:
            changes.append(Change("removed", "".join(old[a:b])))
        if c < d:
            changes.append(Change("added", "".join(new[c:d])))
    return changes


def differences(before: AnswerContent, after: AnswerContent) -> dict[str, Sequence[Change]]:
    """By field (``text.en``, ``questions.en``, ``guides``), what two versions do not share."""
    fields = {"guides": (" ".join(before.guides), " ".join(after.guides))}
    for language in {**before.texts, **after.texts}:
        old, new = before.texts.get(language, Wording()), after.texts.get(language, Wording())
        fields[f"questions.{language}"] = ("\n".join(old.questions), "\n".join(new.questions))
        fields[f"text.{language}"] = (old.text, new.text)
    return {name: difference(*both) for name, both in fields.items() if both[0] != both[1]}
