"""One type for all state machines: what is in it, what is drawn of it, and what does not come into being."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest

from assist.request import request
from assist.webrtc.room.machine import freeze, presence
from field.task import conflict, task
from kernel.table import Step, Table


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    LOCKED = "locked"
    BRICKED = "bricked"


@dataclass(frozen=True, slots=True)
class Turn(Step[Door]):
    key: bool = False

    @property
    def remark(self) -> str:
        return "key" if self.key else ""


ROWS = {
    (Door.OPEN, "push"): Turn(Door.SHUT),
    (Door.SHUT, "pull"): Turn(Door.OPEN),
    (Door.SHUT, "slam"): Turn(Door.SHUT),
    (Door.SHUT, "turn"): Turn(Door.LOCKED, key=True),
    (Door.LOCKED, "turn"): Turn(Door.SHUT, key=True),
    (Door.LOCKED, "kick"): Turn(Door.SHUT),
    (Door.OPEN, "wall"): Turn(Door.BRICKED),
}
DRAWN = """\
stateDiagram-v2
    [*] --> open
    open --> shut: push
    shut --> open: pull
    shut --> shut: slam
    shut --> locked: turn (key)
    locked --> shut: turn (key), kick
    open --> bricked: wall
    locked --> [*]
    bricked --> [*]
"""


def test_a_table_is_drawn_as_it_stands() -> None:
    assert Table(Door.OPEN, ROWS, ends=(Door.LOCKED,)).mermaid() == DRAWN


def test_what_nothing_leads_out_of_is_an_end() -> None:
    table = Table(Door.OPEN, ROWS)
    assert table.ends == {Door.BRICKED}
    assert table.sources("turn") == {Door.SHUT, Door.LOCKED}
    assert table[Door.SHUT, "turn"].key and (Door.OPEN, "turn") not in table and len(table) == len(ROWS)


def test_a_state_that_nothing_leads_to_is_a_mistake() -> None:
    rows = {key: row for key, row in ROWS.items() if key != (Door.SHUT, "turn")}
    with pytest.raises(ValueError, match="nothing leads to locked"):
        Table(Door.OPEN, rows)


BETWEEN_EVENTS = re.compile(r", (?![^(]*\))")  # a remark may have commas of its own


def read(drawing: str) -> set[tuple[str, str, str]]:
    """The arrows of a drawing as (from, event, to), read as somebody who knows only Mermaid would."""
    arrows = set()
    for line in drawing.splitlines():
        pair, _, events = line.strip().partition(": ")
        origin, _, to = pair.partition(" --> ")
        arrows |= {(origin, event.partition(" (")[0], to) for event in BETWEEN_EVENTS.split(events) if event}
    return arrows


@pytest.mark.parametrize(
    "table",
    [request.TRANSITIONS, task.TABLE, conflict.TABLE, freeze.TRANSITIONS, presence.TRANSITIONS],
)
def test_a_drawing_has_every_row_and_no_other(table: Table[Any, Any, Any]) -> None:
    rows = {(origin.value, str(event), row.to.value) for (origin, event), row in table.items()}
    assert read(table.mermaid()) == rows
