"""State machines as tables: one type for all of them, so that what decides is also what is drawn.

A machine's rules are the rows of one mapping, (state, event) → step. The theory stands in prose above it, in
the machine's own file; `docs/states.md` is drawn from it. What is not in the table cannot happen. A table
that has a state which nothing leads to does not come into being: such a state is a mistake, or a memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=str)


@dataclass(frozen=True, slots=True)
class Step(Generic[State]):
    """One row: which state it leads to. A machine adds what its rows have besides: by whom, with what."""

    to: State

    @property
    def remark(self) -> str:
        """What a drawing says of the row beside its event; empty for nothing."""
        return ""


Row = TypeVar("Row", bound=Step)  # type: ignore[type-arg]  # a bound cannot name the table's own state


class Table(Mapping[tuple[State, Event], Row], Generic[State, Event, Row]):
    """The rows of one machine, which begins in ``start`` (one state, or one of several).

    ``ends`` are the states in which it may rest for good. Those that nothing leads out of are among them;
    others are named, where late news can still wake what rests.

    Raises:
        ValueError: a state cannot be reached from the start.
    """

    def __init__(
        self,
        start: State | tuple[State, ...],
        rows: Mapping[tuple[State, Event], Row],
        ends: Collection[State] = (),
    ) -> None:
        self.starts: tuple[State, ...] = start if isinstance(start, tuple) else (start,)
        self.states = tuple(type(self.starts[0]))
        self._rows = dict(rows)
        self.ends = frozenset(self.states) - {state for state, _ in self._rows} | frozenset(ends)
        reached = edge = set(self.starts)
        while edge:
            edge = {row.to for (origin, _), row in self._rows.items() if origin in edge} - reached
            reached = reached | edge
        if lost := [state.value for state in self.states if state not in reached]:
            raise ValueError(f"nothing leads to {', '.join(lost)}")

    def __getitem__(self, key: tuple[State, Event]) -> Row:
        row: Row = self._rows[key]
        return row

    def __iter__(self) -> Iterator[tuple[State, Event]]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def sources(self, event: Event) -> frozenset[State]:
        """The states in which ``event`` can happen."""
        return frozenset(state for state, what in self._rows if what == event)

    def mermaid(self) -> str:
        """The table as a Mermaid state diagram: one arrow for each pair of states, with all its events."""
        arrows: dict[tuple[State, State], list[str]] = {}
        for (origin, event), row in self._rows.items():
            words = f"{event!s} ({row.remark})" if row.remark else str(event)
            arrows.setdefault((origin, row.to), []).append(words)
        lines = ["stateDiagram-v2", *(f"    [*] --> {state.value}" for state in self.starts)]
        lines += [f"    {a.value} --> {b.value}: {', '.join(words)}" for (a, b), words in arrows.items()]
        lines += [f"    {state.value} --> [*]" for state in self.states if state in self.ends]
        return "\n".join(lines) + "\n"
