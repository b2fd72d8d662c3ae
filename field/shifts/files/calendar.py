"""A representative's days as iCalendar (RFC 5545), for the calendar on their phone.

What is in it leaves the house on an address that is secret but is no session: working hours, breaks, times
on call, and how many stops a day has. No customer, no address, no task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid5

from icalendar import Calendar, Event

from field.shifts.roster.duty import WorkingDay
from kernel.i18n import text

PRODUCT: Final = "-//Curbstop//Shifts//EN"
_NAMES: Final = UUID("6b1f3c9a-5a0e-4c43-9d5c-0f5d2f9f0c11")
REFRESH: Final = "PT1H"


def calendar_of(
    rep_id: UUID, days: Sequence[WorkingDay], stops: Mapping[date, int], now: datetime, language: str
) -> bytes:
    """The days as a calendar: an event for each shift, each break and each time on call, in UTC.

    An event keeps its UID when its times change, so that a calendar moves it and does not add one.
    """
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", text(language, "rep", "calendar.name"))
    made.add("refresh-interval;value=duration", REFRESH)
    for day in days:
        if day.works:
            count = stops.get(day.day, 0)
            told = text(language, "rep", "calendar.stops").replace("{count}", str(count)) if count else ""
            _add(made, rep_id, day.day, "shift", (day.start, day.end), now, language, told)
        if day.works and day.rest is not None:
            ends = day.rest.latest.timestamp() + day.rest.seconds
            window = day.rest.earliest, datetime.fromtimestamp(ends, day.rest.latest.tzinfo)
            minutes = str(day.rest.seconds // 60)
            told = text(language, "rep", "calendar.rest_told").replace("{minutes}", minutes)
            _add(made, rep_id, day.day, "rest", window, now, language, told)
        if day.on_call is not None:
            _add(made, rep_id, day.day, "on_call", day.on_call, now, language, "")
    return bytes(made.to_ical())


def _add(
    made: Calendar,
    rep_id: UUID,
    day: date,
    kind: str,
    span: tuple[datetime, datetime],
    now: datetime,
    language: str,
    told: str,
) -> None:
    event = Event()
    event.add("uid", f"{uuid5(_NAMES, f'{rep_id}:{day}:{kind}')}@curbstop")
    event.add("dtstamp", now)
    event.add("dtstart", span[0])
    event.add("dtend", span[1])
    event.add("summary", text(language, "rep", f"calendar.{kind}"))
    if told:
        event.add("description", told)
    # Nobody is busy for being on call, nor for the window in which a break may lie.
    event.add("transp", "OPAQUE" if kind == "shift" else "TRANSPARENT")
    made.add_component(event)
