"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from field.bodies import Body, Moment


class ChosenWindowBody(Body):
    """A window as it was offered."""

    start: Moment
    end: Moment


class WordBody(Body):
    """What a customer says about the visit. `minutes`: how late they will be, for `late` alone. `client_id`:
    the phone's own; sent twice it has its effect once.
    """

    client_id: UUID
    kind: Literal["not_today", "late", "worse"]
    minutes: int | None = Field(None, ge=5, le=240)

    @model_validator(mode="after")
    def _minutes_go_with_late(self) -> Self:
        if (self.kind == "late") != (self.minutes is not None):
            raise ValueError("minutes, with late alone")
        return self


class CapacityQuery(Body):
    """How the days are counted: by station, or by zone."""

    by: Literal["station", "zone"] = "station"


class CapacityFileQuery(CapacityQuery):
    """The same, asked by a link."""

    surface: Annotated[str, Field(max_length=16)] = Field(
        "", description="Whose session; a link can say so here only."
    )
