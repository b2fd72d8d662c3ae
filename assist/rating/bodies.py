"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assist.bodies import Body, Words


class RatingBody(Body):
    """How it went, from 1 (bad) to 5 (good)."""

    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[Words, Field(max_length=1000)] = ""
