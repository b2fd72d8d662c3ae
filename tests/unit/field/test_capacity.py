"""Minutes free and asked, by hand."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from field.appointments.room.capacity import Cell, capacity

MONDAY = date(2026, 3, 2)
DAYS = [MONDAY + timedelta(days=ahead) for ahead in range(3)]
ANN, BOB, CYD = (UUID(int=n) for n in (1, 2, 3))


def test_a_station_has_the_sum_of_its_people_and_what_nobody_has_stands_against_it() -> None:
    shifts = {(ANN, MONDAY): 480, (BOB, MONDAY): 420, (ANN, DAYS[1]): 480, (CYD, MONDAY): 480}
    planned = {(ANN, MONDAY): 300, (BOB, MONDAY): 60, (CYD, MONDAY): 500}
    asked = [("SA", MONDAY, 90), ("SA", MONDAY - timedelta(days=4), 30), ("SA", DAYS[1], 500)]
    first, second = capacity({"SB": [CYD], "SA": [ANN, BOB]}, DAYS, shifts, planned, asked)
    assert first.code == "SA"
    assert first.cells == (Cell(900, 360, 120), Cell(480, 0, 500), Cell(0, 0, 0))
    assert [cell.free for cell in first.cells] == [540, 480, 0]
    assert [cell.short for cell in first.cells] == [False, True, False]
    assert second.cells[0].free == -20, "a day that is too full already says so"
