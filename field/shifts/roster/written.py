"""Duties as they are written down: in JSON (API and rows) and, with the same words, in files.

Times are `HH:MM` of the wall clock; an end that is not after its start is on the next day, and `24:00` is the
midnight with which the day ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from field.shifts.roster.duty import DAY_MIN, Duty, Place, Rest, Span

_TIME: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


def minutes_of(text: str) -> int | None:
    """Minutes after midnight, 0 to 1440; None for what is no time of day."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    minutes = int(found[1]) * 60 + int(found[2])
    return minutes if minutes <= DAY_MIN else None


def clock(minutes: int) -> str:
    """`HH:MM`; what is on the next day is its time there."""
    if minutes > DAY_MIN:
        minutes -= DAY_MIN
    return f"{minutes // 60:02}:{minutes % 60:02}"


def span_of(start: str, end: str) -> Span | None:
    """From and until; None where either is no time of day."""
    begins, ends = minutes_of(start), minutes_of(end)
    if begins is None or ends is None:
        return None
    return begins, ends if ends > begins else ends + DAY_MIN


def duty_of(written: Mapping[str, Any]) -> Duty:
    """A duty that was checked when it was written."""
    spans = tuple(span for one in written.get("spans", ()) if (span := span_of(one["start"], one["end"])))
    on_call = written.get("on_call")
    return Duty(
        spans=spans,
        rest=_rest_of(written.get("rest"), spans),
        on_call=span_of(on_call["start"], on_call["end"]) if on_call else None,
        begins=_place_of(written.get("begins")),
        ends=_place_of(written.get("ends")),
    )


def _rest_of(written: Mapping[str, Any] | None, spans: Sequence[Span]) -> Rest | None:
    if not written:
        return None
    earliest, latest = minutes_of(written["earliest"]) or 0, minutes_of(written["latest"]) or 0
    # In a night the break may be on the next day, as its end is.
    if spans and earliest < spans[0][0]:
        earliest += DAY_MIN
    if latest < earliest and latest + DAY_MIN - earliest < DAY_MIN // 2:
        latest += DAY_MIN
    return Rest(earliest, latest, int(written["minutes"]))


def _place_of(written: Any) -> Place:
    if isinstance(written, Mapping):
        return float(written["lon"]), float(written["lat"])
    return written or "home"


def written(duty: Duty) -> dict[str, Any]:
    """A duty as JSON."""
    return {
        "spans": [{"start": clock(start), "end": clock(end)} for start, end in duty.spans],
        "rest": None
        if duty.rest is None
        else {
            "earliest": clock(duty.rest.earliest),
            "latest": clock(duty.rest.latest),
            "minutes": duty.rest.minutes,
        },
        "on_call": None
        if duty.on_call is None
        else {"start": clock(duty.on_call[0]), "end": clock(duty.on_call[1])},
        "begins": _written_place(duty.begins),
        "ends": _written_place(duty.ends),
    }


def _written_place(place: Place) -> Any:
    return place if isinstance(place, str) else {"lon": place[0], "lat": place[1]}


def duties_of(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[int, int], Duty]:
    """A pattern's days: each with `week` and `weekday` (from 0, Monday first)."""
    return {(int(row["week"]), int(row["weekday"])): duty_of(row) for row in rows}


def written_duties(duties: Mapping[tuple[int, int], Duty]) -> list[dict[str, Any]]:
    """A pattern's days as JSON, in order."""
    return [
        {"week": week, "weekday": weekday, **written(duty)}
        for (week, weekday), duty in sorted(duties.items(), key=lambda each: each[0])
    ]
