"""When the demo's day is: it must be a morning with work going on, whatever the time is where it is started.

Shifts are wall-clock hours of the utility's time zone. So the demo's utility lives in a zone where it is
morning now: the configured one where that fits, else the one of fixed offset where it is ten o'clock. It is
remembered, and kept as long as the working day there is not over; the next day begins anew.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MORNING = range(9, 12)
"""Local hours in which a day can be begun: much has come in, and much of the shift is left."""
WORKING = range(8, 16)
"""Local hours in which a day once begun goes on."""
TEN = 10


def zone_for(now: datetime, preferred: str, remembered: str = "") -> str:
    """The IANA name of a zone where it is a working morning at ``now``."""
    if remembered and now.astimezone(ZoneInfo(remembered)).hour in WORKING:
        return remembered
    if now.astimezone(ZoneInfo(preferred)).hour in MORNING:
        return preferred
    offset = (TEN - now.astimezone(UTC).hour + 12) % 24 - 12
    # POSIX counts the other way round: Etc/GMT-8 is eight hours ahead of Greenwich.
    return "Etc/UTC" if offset == 0 else f"Etc/GMT{-offset:+d}"


def same_day(now: datetime, timezone: str, opening: str) -> bool:
    """Whether the day that was opened at ``opening`` (ISO 8601) still goes on at ``now``."""
    return opening_before(now, timezone) == datetime.fromisoformat(opening)


def opening_before(now: datetime, timezone: str) -> datetime:
    """Eight o'clock of the day it is now in ``timezone``."""
    local = now.astimezone(ZoneInfo(timezone))
    eight = local.replace(hour=8, minute=0, second=0, microsecond=0)
    return eight if eight <= local else eight - timedelta(days=1)
