"""What callers may ask of a look back."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from field.bodies import Body

StationCode = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", min_length=1, max_length=32)]
PastDay = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


class HindsightQuery(Body):
    """`day`: yesterday, if none is named; `station`: the first of those that did something."""

    day: PastDay | None = None
    station: StationCode | None = None


class HindsightCountBody(Body):
    """A station's day that is to be counted, again or at last."""

    day: PastDay
    station: StationCode
