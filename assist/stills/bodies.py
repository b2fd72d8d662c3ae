"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field
from pydantic import model_validator as whole

from assist.bodies import Body, Fraction, Words

MAX_POINTS = 512


POINTS_OF = {"pen": (2, MAX_POINTS), "arrow": (2, 2), "box": (2, 2), "text": (1, 1)}


class MarkBody(Body):
    """A drawing: points in 0–1 coordinates of the still, x to the right and y down."""

    client_id: UUID
    tool: Literal["pen", "arrow", "box", "text"]
    points: Annotated[list[tuple[Fraction, Fraction]], Field(max_length=MAX_POINTS)]
    text: Annotated[Words, Field(min_length=1, max_length=200)] | None = None

    @whole(mode="after")
    def _has_its_points(self) -> Self:
        low, high = POINTS_OF[self.tool]
        if not low <= len(self.points) <= high:
            raise ValueError(f"a {self.tool} has {low} to {high} points")
        if (self.tool == "text") != (self.text is not None):
            raise ValueError("text belongs to the tool text, and only there")
        return self
