"""What this capability's HTTP API takes."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from field.bodies import Body


class RouteQuery(Body):
    """`paths`: with the line to drive to each stop. `day`: a working day; the present one when left out."""

    day: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))] | None = None
    paths: bool = True
