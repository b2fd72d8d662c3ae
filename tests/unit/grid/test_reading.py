"""A large file is read by a process of its own, which tells a part at a time and ends with whoever asked."""

from __future__ import annotations

import os
import sys
from typing import Any

import psutil
import pytest

from field.grid.places.address_file import read_addresses
from field.grid.places.commands import AT_A_TIME, Reading, told_rows
from field.grid.places.tables import GENERATION
from kernel.files.apart import SMALL, TURN_S, Telling, short_turns, told_apart


def tell(data: bytes, factor: int) -> Telling:
    answer = yield len(data) * factor
    while answer is not None:
        answer = yield os.getpid(), answer + 1


@pytest.mark.parametrize("size", [10, SMALL + 1])
async def test_a_part_is_told_for_each_question_until_there_are_no_more(size: int) -> None:
    async with told_apart(tell, b"x" * size, 3) as hear:
        assert await hear(None) == 3 * size
        pid, heard = await hear(7)
        assert heard == 8 and (pid == os.getpid()) == (size <= SMALL)
        with pytest.raises(EOFError):
            await hear(None)
    assert pid == os.getpid() or not psutil.pid_exists(pid)


async def test_who_stops_asking_leaves_no_process_behind() -> None:
    with pytest.raises(ZeroDivisionError):
        async with told_apart(tell, b"x" * (SMALL + 1), 1) as hear:
            await hear(None)
            pid, _ = await hear(1)
            raise ZeroDivisionError
    assert not psutil.pid_exists(pid)


async def test_the_rows_of_a_large_file_come_in_parts_and_all_of_them() -> None:
    doors = AT_A_TIME + 500
    lines = [f"{number} Rue des Lilas,Monaco,7.4,43.7" for number in range(1, doors + 1)]
    data = "\n".join(["address,town,lon,lat", *lines]).encode()
    assert len(data) > SMALL and read_addresses(data).doors == doors
    rows: dict[str, list[tuple[Any, ...]]] = {}
    async with told_apart(told_rows, data, "", (None,) * 4) as hear:
        said: Reading = await hear(None)
        assert (said.kind, said.streets, said.doors, said.faults) == ("file", 1, doors, ())
        part = await hear(4)
        while part is not None:
            table, some = part
            assert 0 < len(some) <= AT_A_TIME
            rows.setdefault(table, []).extend(some)
            part = await hear(None)
    assert list(rows) == ["place_street", "place_door", "place_posting", "place_gram"]
    assert [row[0] for row in rows["place_door"]] == list(range(4 * GENERATION, 4 * GENERATION + doors))


def test_turns_are_as_long_as_ever_when_the_last_of_those_that_overlap_has_ended() -> None:
    usual = sys.getswitchinterval()
    first, second = short_turns(), short_turns()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert sys.getswitchinterval() == pytest.approx(TURN_S)
    second.__exit__(None, None, None)
    assert sys.getswitchinterval() == pytest.approx(usual)
