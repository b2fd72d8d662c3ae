"""What this capability's HTTP API takes."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from field.bodies import Body, Category, Code, Line, Moment, Part, Severity, Skill, Text, Version
from field.forms.closing import Proof, Settler
from field.forms.filling import Filled
from kernel.i18n import Language


def _storable(value: Any) -> Any:
    """JSON that both databases keep: no NUL in a text, no number without end."""
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("text may not contain NUL")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number has an end")
    if isinstance(value, dict):
        for name, part in value.items():
            _storable(name)
            _storable(part)
    if isinstance(value, list):
        for part in value:
            _storable(part)
    return value


Json = Annotated[Any, AfterValidator(_storable)]
TypeCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Name = Annotated[Line, Field(min_length=1, max_length=80)]


class TypeSettings(Body):
    """What a new task of the type begins with; see :class:`field.forms.tables.TaskType`."""

    name: Name
    name_zh_hant: Name
    name_en: Name
    category: Category
    severity: Severity = "minor"
    skill: Skill
    level: int = Field(1, ge=1, le=3)
    duration_s: int = Field(1800, ge=60, le=8 * 3600)
    clock_s: int | None = Field(None, ge=600, le=90 * 86400)
    proof: Proof = Proof.FORM
    close_level: int = Field(0, ge=0, le=3)
    settled_by: Settler = Settler.DISPATCHER
    active: bool = True


class NewTypeBody(TypeSettings):
    code: TypeCode


class TypeBody(TypeSettings):
    """`version`: the type's, as the caller saw it."""

    version: Version


class DraftBody(Body):
    """A form as it is being written; it need not be sound yet."""

    version: Version
    definition: dict[Literal["sections"], list[dict[Annotated[str, AfterValidator(_storable)], Json]]]


class DraftVersionQuery(Body):
    version: Version


class FormPublicationBody(Body):
    """`note`: what is new, for those who look through the versions."""

    version: Version
    note: Text = ""


class AnswersQuery(Body):
    """Filled in from `since` until before `until`; in the caller's language, or another."""

    since: Moment | None = None
    until: Moment | None = None
    language: Language | None = None
    surface: Annotated[str, Field(max_length=16)] = Field(
        "", description="Whose session; a link can say so here only."
    )

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        return self.since, self.until


class FilledBody(Body):
    """A form that was filled in: of which type, from which version of it, and the answers by field."""

    type: Code
    number: int = Field(ge=1, le=1_000_000)
    answers: dict[Annotated[str, Field(max_length=32), AfterValidator(_storable)], Json] = Field(
        max_length=200
    )

    def filled(self) -> Filled:
        return Filled(self.type, self.number, self.answers)


Count = Annotated[int, Field(ge=0, le=999)]


class LevelBody(Body):
    """Below `low` a van is filled up to `full`."""

    low: Annotated[int, Field(ge=1, le=999)]
    full: Annotated[int, Field(ge=1, le=999)]

    @model_validator(mode="after")
    def _fills(self) -> Self:
        if self.full < self.low:
            raise ValueError("full may not be less than low")
        return self


class RestockBody(Body):
    """What was put into a van."""

    parts: dict[Part, Annotated[int, Field(ge=1, le=999)]] = Field(min_length=1, max_length=50)
