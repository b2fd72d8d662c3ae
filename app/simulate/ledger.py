"""What the installation has acknowledged, and how long it took: the simulated people's own memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass
class Asked:
    """A request that was opened. ``outcome``: what a technician concluded; ``ended``: withdrawn or rated."""

    key: str
    opened_at: datetime
    queued_at: datetime | None = None
    accepted_at: datetime | None = None
    outcome: str = ""
    ended: str = ""


@dataclass
class Done:
    """A task that a representative finished, as it was acknowledged."""

    rep: str
    travelled_s: float
    worked_s: float
    arrived_at: datetime
    finished_at: datetime


@dataclass
class Ledger:
    """``created``: tasks by id, with the day's key; ``accepted``: how often each was; ``kept``: positions by
    representative that the installation said it keeps; ``unsure``: what was sent and never answered.
    """

    requests: dict[str, Asked] = field(default_factory=dict)
    created: dict[str, str] = field(default_factory=dict)
    done: dict[str, Done] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    accepted: Counter[str] = field(default_factory=Counter)
    declined: Counter[str] = field(default_factory=Counter)
    absent: dict[str, datetime] = field(default_factory=dict)
    kept: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    sent_positions: int = 0
    refused_positions: Counter[str] = field(default_factory=Counter)
    unsure: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)
    """What went otherwise than planned, and is no fault: `place_lost`, `task_taken_away` …"""
    calls: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    slips_s: list[float] = field(default_factory=list)
    """By how many of the day's seconds each planned event came late: what the generator could not keep up."""

    def seen(self, door: str, took_ms: float, status: int, code: str) -> None:
        """A call has been answered, or has not (status 0)."""
        self.calls[door].append(took_ms)
        if not 200 <= status < 300:
            self.statuses[door][f"{status} {code}".strip()] += 1

    def finish(self, task_id: str, done: Done) -> None:
        """Note a finished task. Twice is a fault of somebody's."""
        if task_id in self.done:
            self.doubled.append(task_id)
        self.done[task_id] = done

    def faults(self) -> dict[str, int]:
        """Answers that no caller's doing explains: nothing at all, or a status of 500 and more but 503."""
        found: Counter[str] = Counter()
        for door, statuses in self.statuses.items():
            for status, times in statuses.items():
                if status[0] == "0" or (status[0] == "5" and not status.startswith("503")):
                    found[f"{door} {status}"] += times
        return dict(found)


Json = dict[str, Any]
