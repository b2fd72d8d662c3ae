"""Arrival times and scatter of a morning, taken from New York's public log of service requests.

    python -m demo.arrivals LOG.csv > demo/source/arrivals.csv

The log we had holds complaints about animals, not about water: only *when* and *where* people call is taken,
and that only in Brooklyn, from 06:00 to 13:00, on as many of the last weekdays as give `WANTED` calls. What
stays is the minute of the day and the place in standard deviations from the middle, coarse enough that no
address can be found again.
"""

from __future__ import annotations

import csv
import statistics
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

WANTED = 60
FIRST_MINUTE, LAST_MINUTE = 6 * 60, 13 * 60


def arrivals(rows: Iterable[dict[str, str]]) -> list[tuple[int, float, float]]:
    """(minute of the day, east, north) of the chosen mornings, in the order of minutes."""
    mornings: dict[date, list[tuple[int, float, float]]] = {}
    for row in rows:
        if row["Borough"] != "BROOKLYN" or not row["Latitude"]:
            continue
        at = datetime.strptime(row["Created Date"], "%m/%d/%Y %H:%M")
        minute = at.hour * 60 + at.minute
        if at.weekday() < 5 and FIRST_MINUTE <= minute < LAST_MINUTE:
            place = (minute, float(row["Longitude"]), float(row["Latitude"]))
            mornings.setdefault(at.date(), []).append(place)
    chosen: list[tuple[int, float, float]] = []
    for day in sorted(mornings, reverse=True):
        if len(chosen) >= WANTED:
            break
        chosen += mornings[day]
    east, north = [call[1] for call in chosen], [call[2] for call in chosen]
    middle, spread = (
        (statistics.mean(east), statistics.mean(north)),
        (statistics.pstdev(east), statistics.pstdev(north)),
    )
    return sorted(
        (minute, round((x - middle[0]) / spread[0], 2), round((y - middle[1]) / spread[1], 2))
        for minute, x, y in chosen[:WANTED]
    )


def main() -> None:
    """Write the derived table to standard output."""
    with Path(sys.argv[1]).open(newline="", encoding="utf-8") as file:
        table = arrivals(csv.DictReader(file))
    sys.stdout.write("minute,east,north\n")
    sys.stdout.writelines(f"{minute},{east},{north}\n" for minute, east, north in table)


if __name__ == "__main__":
    main()
