"""What callers of figures may ask."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from field.bodies import Body
from field.figures.counting import MOST_LINES, OF_PEOPLE, By, Figure

MOST_WEEKS = 160
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=300)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class FiguresQuery(Body):
    """`by`: what a line stands for; `keys`: which, separated by commas (those with most tasks, if none is
    named); `weeks`: how many, up to the one of the day `until`, yesterday if none is named.
    """

    by: By = "all"
    keys: Text = ""
    weeks: Annotated[int, Field(ge=1, le=MOST_WEEKS)] = 26
    until: Day | None = None

    @property
    def chosen(self) -> list[str]:
        """The keys, each once, as many as there can be lines."""
        return list(dict.fromkeys(key for key in self.keys.split(",") if key))[:MOST_LINES]

    @model_validator(mode="after")
    def _zones_are_ids(self) -> Self:
        if self.by == "zone":
            for key in self.chosen:
                UUID(key)
        return self


class FiguresFileQuery(FiguresQuery):
    """The same, asked by a link."""

    surface: Annotated[str, Field(max_length=16)] = Field(
        "", description="Whose session; a link can say so here only."
    )


class FigureTasksQuery(Body):
    """A point: the figure, the week by one of its days, and whose it is."""

    figure: Figure
    week: Day
    by: By = "all"
    key: Text = ""

    @model_validator(mode="after")
    def _there_is_such_a_point(self) -> Self:
        if self.by == "zone":
            UUID(self.key)
        if self.figure in OF_PEOPLE and self.by not in ("all", "station"):
            raise ValueError("only a station has that figure")
        return self
