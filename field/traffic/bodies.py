"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from field.bodies import Body
from field.road.profile import HOURS, LEAST, MOST

Factor = Annotated[int, Field(ge=LEAST, le=MOST)]
DayFactors = Annotated[list[Factor], Field(min_length=HOURS, max_length=HOURS)]


class TravelFactorsBody(Body):
    """How long ways take by the hour, in permille of the empty road's time, from midnight on. A holiday is a
    Sunday.
    """

    working_day: DayFactors
    saturday: DayFactors
    sunday: DayFactors


class TravelProfileBody(Body):
    """What is to count from now on. `number`: of the profile that it replaces; 0: there was none."""

    number: Annotated[int, Field(ge=0, le=1_000_000_000)]
    factors: TravelFactorsBody
