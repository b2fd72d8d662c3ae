"""Which windows a task may have, all that is wrong with them at once.

Windows are moments, so that a night over midnight and the hour of a clock change need no rule of their own:
22:00 to 01:00 is three hours, and where an hour is lived twice the offset says which is meant.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from kernel.errors import Fault, Invalid

MOST: Final = 4
SHORTEST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(hours=24)
AHEAD: Final = timedelta(days=60)

Window = tuple[datetime, datetime]


class WindowsInvalid(Invalid):
    """These windows cannot be kept as they are; nothing was changed."""

    code = "windows_invalid"


def require_windows(windows: Sequence[Window], now: datetime) -> tuple[Window, ...]:
    """The windows, if they may be a task's.

    Raises:
        WindowsInvalid: with everything that is wrong, by number.
    """
    faults = tuple(faults_of(windows, now))
    if faults:
        raise WindowsInvalid(faults=faults)
    return tuple(windows)


def faults_of(windows: Sequence[Window], now: datetime) -> Iterator[Fault]:
    """All that is wrong with windows: too many, too short or long, over, too far ahead, out of order,
    touching.
    """
    if len(windows) > MOST:
        yield Fault("too_many_windows", "body.windows", params={"most": MOST})
    for number, (start, end) in enumerate(windows):
        where = f"body.windows.{number}"
        if end - start < SHORTEST:
            yield Fault("span_too_short", where, params={"minutes": int(SHORTEST.total_seconds()) // 60})
        elif end - start > LONGEST:
            yield Fault("span_too_long", where, params={"hours": int(LONGEST.total_seconds()) // 3600})
        if end <= now:
            yield Fault("window_over", where)
        elif start > now + AHEAD:
            yield Fault("window_too_far", where, params={"days": AHEAD.days})
    for number, ((start, end), (following, _)) in enumerate(pairwise(windows), 1):
        if following < start:
            yield Fault("windows_out_of_order", f"body.windows.{number}")
        elif following <= end:
            yield Fault("windows_touch", f"body.windows.{number}")
