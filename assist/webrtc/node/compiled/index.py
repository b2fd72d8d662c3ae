"""The tables that find a row by its hash."""

from collections.abc import Callable
from typing import Any


class Index:
    """A hash table with linear probing in shared memory: cells hold row + 1, 0 is empty.

    ``home`` gives the cell where a row would like to be. A row is taken out by moving back those behind it
    that it had pushed on (Knuth, The Art of Computer Programming 6.4, algorithm R), so that a search may stop
    at the first empty cell.
    """

    def __init__(self, cells: Any, mask: int, home: Callable[[int], int]) -> None:
        self._cells, self._mask, self._home = cells, mask, home

    def enter(self, row: int) -> None:
        """Find room for a row."""
        cells, place = self._cells, self._home(row)
        while cells[place]:
            place = (place + 1) & self._mask
        cells[place] = row + 1

    def remove(self, row: int) -> None:
        """Take out a row that was entered; its home must still be what it was."""
        cells, mask, hole = self._cells, self._mask, self._home(row)
        while cells[hole] != row + 1:
            hole = (hole + 1) & mask
        place = hole
        while True:
            place = (place + 1) & mask
            if not cells[place]:
                break
            wish = self._home(int(cells[place]) - 1)
            if (place - wish) & mask >= (place - hole) & mask:
                cells[hole] = cells[place]
                hole = place
        cells[hole] = 0

    def clear(self) -> None:
        """Hold nothing."""
        self._cells[:] = 0
