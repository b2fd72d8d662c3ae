"""The page of state machines, drawn from the tables that decide. ``make docs`` renews it."""

from __future__ import annotations

import sys

from assist.request.request import mermaid as request_diagram
from assist.webrtc.room.machine.freeze import mermaid as freeze_diagram
from field.task.conflict import diagram as conflict_diagram
from field.task.task import diagram as task_diagram

HEAD = """# State machines

Drawn from the tables in the code by `make docs`; a test fails when this page is out of date. The theory
stands above each table.
"""

CHAPTERS = (
    (
        "The request",
        "`assist/request/request.py`. Words in brackets name the rule that finds the next owner.",
        request_diagram,
    ),
    ("The task", "`field/task/task.py`.", task_diagram),
    (
        "Work reported on a task that had gone to somebody else",
        "`field/task/conflict.py`. Words in brackets say how far the reported work came.",
        conflict_diagram,
    ),
    ("A freeze in a call", "`assist/webrtc/room/machine/freeze.py`.", freeze_diagram),
)


def render() -> str:
    """The whole page, as Markdown with Mermaid diagrams."""
    chapters = [
        f"\n## {title}\n\n{words}\n\n```mermaid\n{draw().strip()}\n```\n" for title, words, draw in CHAPTERS
    ]
    return HEAD + "".join(chapters)


if __name__ == "__main__":
    sys.stdout.write(render())
