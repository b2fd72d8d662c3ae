"""What finishing a task of a type needs, and who may.

A phone fills in the newest form that it had heard of. What that form asks for is asked again here. Beyond
that a type demands:

- *note_or_photo*: a note, a photo, or a form that was filled in: whoever sends no form finishes without one;
- *photo*: at least one photo, wherever in the form;
- *form*: the form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kernel.errors import Invalid, Refused


class Proof(StrEnum):
    """What finishing needs."""

    NOTE_OR_PHOTO = "note_or_photo"
    PHOTO = "photo"
    FORM = "form"


class Settler(StrEnum):
    """Who in the office may finish an escalated task without a further visit."""

    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"


class MayNotClose(Refused):
    """Closing this kind of task is for somebody else; what was done is kept for a dispatcher to decide."""

    code = "may_not_close"


class FormMissing(Invalid):
    """Please fill in the form of this task."""

    code = "form_missing"


class FormPhotoMissing(Invalid):
    """This kind of task needs a photo."""

    code = "form_photo_missing"


class FormFaulty(Invalid):
    """Some answers in the form are missing or wrong."""

    code = "form_faulty"


class FormUnknown(Invalid):
    """There is no such version of the form."""

    code = "form_unknown"


TYPE_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""What a type's code looks like."""
MOST_VERSIONS: Final = 1_000_000

TYPE_OF_CATEGORY: Final[Mapping[str, str]] = {"leak": "leak_visit"}
OTHERWISE: Final = "complaint"


def type_of(category: str) -> str:
    """The type of a visit that a customer asked for, by what they complained of."""
    return TYPE_OF_CATEGORY.get(category, OTHERWISE)


def may_close(close_level: int, skill: str, skills: Mapping[str, int]) -> bool:
    """Whether somebody with these levels by skill may close a task of such a type on site."""
    return close_level <= 0 or skills.get(skill, 0) >= close_level


def require_proof(proof: str, *, filled: bool, photos: int) -> None:
    """Raises FormMissing, FormPhotoMissing: what the type demands is not there."""
    if proof == Proof.FORM and not filled:
        raise FormMissing()
    if proof == Proof.PHOTO and not photos:
        raise FormPhotoMissing()
