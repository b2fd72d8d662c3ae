"""What this capability shows, as JSON."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from assist.request.views import View


class WaitView(View):
    """The wait from now in seconds: between the two, 8 times in 10."""

    low_s: int
    high_s: int


class QueueEntryView(View):
    """A place in the queue. `wait` is null while nobody is at a desk."""

    state: str = Field(description="waiting; or not_waiting with the request's state beside it")
    request_state: str
    place: int | None
    wait: WaitView | None
    entered_at: datetime | None
    returned: str | None = Field(
        description="Why a technician gave them back, if that is how they came to wait: other_skill, "
        "other_language, shift_over, other, or desk_lost when the technician's desk went silent."
    )
    kept_until: datetime | None = Field(description="Until when the place is kept if nothing is heard.")
