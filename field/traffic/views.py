"""What this capability answers."""

from __future__ import annotations

from datetime import datetime

from field.board.views import View


class TravelFactorsView(View):
    """By the hour from midnight on, in permille of the empty road's time."""

    working_day: list[int]
    saturday: list[int]
    sunday: list[int]


class TravelProfileView(View):
    """How long ways take at which hour. `number` 0: nobody has said so yet, and roads are empty at every
    hour. `still_s`: seconds of each way that no hour makes longer.
    """

    number: int
    factors: TravelFactorsView
    still_s: int
    set_at: datetime | None = None
