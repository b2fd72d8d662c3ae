"""The page of state machines, drawn from the tables that decide. ``make docs`` renews it."""

from __future__ import annotations

import sys

from assist.handover import handover
from assist.request import request
from assist.webrtc.room.machine import freeze, presence
from field.announcements import announcement
from field.escalation import ladder
from field.grid.territory import proposal
from field.reoptimise import proposal as replanned
from field.safety import timer
from field.shifts import overtime
from field.sites import note as site_note
from field.task import conflict, task
from kernel.delivery import delivery

HEAD = """# State machines

Drawn from the tables in the code by `make docs`; a test fails when this page is out of date. The theory
stands above each table.
"""

CHAPTERS = (
    (
        "The request",
        "`assist/request/request.py`. Words in brackets name the rule that finds the next owner.",
        request.TRANSITIONS.mermaid,
    ),
    ("An offer to hand a request over", "`assist/handover/handover.py`.", handover.OFFERS.mermaid),
    ("The task", "`field/task/task.py`.", task.TABLE.mermaid),
    (
        "Work reported on a task that had gone to somebody else",
        "`field/task/conflict.py`. Words in brackets say how far the reported work came.",
        conflict.TABLE.mermaid,
    ),
    ("A proposal of territories", "`field/grid/territory/proposal.py`.", proposal.TABLE.mermaid),
    (
        "A station's day planned again",
        "`field/reoptimise/proposal.py`.",
        replanned.TABLE.mermaid,
    ),
    ("An announcement", "`field/announcements/announcement.py`.", announcement.TABLE.mermaid),
    ("A lone worker's check-in", "`field/safety/timer.py`.", timer.TABLE.mermaid),
    ("An escalated task climbs", "`field/escalation/ladder.py`.", ladder.TABLE.mermaid),
    ("A note of a place", "`field/sites/note.py`.", site_note.TABLE.mermaid),
    ("Overtime", "`field/shifts/overtime.py`.", overtime.TABLE.mermaid),
    (
        "A person in a call",
        "`assist/webrtc/room/machine/presence.py`.",
        presence.TRANSITIONS.mermaid,
    ),
    ("A freeze in a call", "`assist/webrtc/room/machine/freeze.py`.", freeze.TRANSITIONS.mermaid),
    ("Words that leave the house", "`kernel/delivery/delivery.py`.", delivery.TABLE.mermaid),
)


def render() -> str:
    """The whole page, as Markdown with Mermaid diagrams."""
    chapters = [
        f"\n## {title}\n\n{words}\n\n```mermaid\n{draw().strip()}\n```\n" for title, words, draw in CHAPTERS
    ]
    return HEAD + "".join(chapters)


if __name__ == "__main__":
    sys.stdout.write(render())
