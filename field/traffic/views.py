"""What this capability answers."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from field.board.views import View


class TravelFactorsView(View):
    """By the hour from midnight on, in permille of the empty road's time."""

    working_day: list[int]
    saturday: list[int]
    sunday: list[int]


class LearntHourView(View):
    """What was driven in an hour. `factor`: in permille of the empty road's time; none where the ways are too
    few to say so.
    """

    ways: int
    factor: int | None


class TravelLearntDaysView(View):
    """By the hour from midnight on."""

    working_day: list[LearntHourView]
    saturday: list[LearntHourView]
    sunday: list[LearntHourView]


class TravelLearntView(View):
    """What was driven, in the days from `since` to `until`."""

    since: date | None
    until: date | None
    ways: int = Field(description="How many ways there were in all.")
    days: TravelLearntDaysView


class TravelProfileView(View):
    """How long ways take at which hour. `number` 0: nobody has said so yet, and roads are empty at every
    hour. `still_s`: seconds of each way that no hour makes longer.
    """

    number: int
    factors: TravelFactorsView
    still_s: int
    set_at: datetime | None = None
    learnt: TravelLearntView
