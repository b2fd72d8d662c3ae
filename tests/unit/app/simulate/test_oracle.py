"""The oracle finds each kind of loss and doubling, and nothing where all is as it was acknowledged."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.simulate.ledger import Asked, Done, Ledger
from app.simulate.oracle import Stored, findings
from app.simulate.report import Setting, as_page, compared, make_report

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


def task(id: str, state: str, rep: str | None, request: str | None = None) -> dict[str, Any]:
    return {
        "id": id,
        "state": state,
        "rep": {"code": rep} if rep else None,
        "request_id": request,
        "window_end": NOON.isoformat(),
        "created_at": NOON.isoformat(),
        "accepted_at": None,
        "late_s": 0,
    }


def whole() -> tuple[Ledger, Stored]:
    """One own task that is open, one that is done; a request that became a visit, one that was withdrawn."""
    ledger = Ledger()
    ledger.created = {"t1": "job-1", "t2": "job-2"}
    ledger.requests = {
        "q1": Asked("contact-1", NOON, outcome="needs_visit", ended="rated"),
        "q2": Asked("contact-2", NOON, ended="withdrawn"),
    }
    ledger.finish("t2", Done("R1", 60, 600, NOON, NOON))
    ledger.finish("t3", Done("R2", 60, 600, NOON, NOON))
    ledger.accepted.update(["t1", "t2", "t3"])
    ledger.kept["R1"] = 7
    done = [
        {"kind": "accept", "actor_kind": "staff"},
        {"kind": "complete", "actor_kind": "staff"},
    ]
    stored = Stored(
        [task("t1", "accepted", "R1"), task("t2", "done", "R1"), task("t3", "done", "R2", "q1")],
        [
            {"id": "q1", "state": "closed", "owner": {"id": "x"}},
            {"id": "q2", "state": "withdrawn", "owner": {"id": "x"}},
        ],
        {"R1": ["t2", "t1"], "R2": ["t3"]},
        {"R1": 7, "R2": 0},
        {"t1": done[:1], "t2": done, "t3": done},
    )
    return ledger, stored


def test_what_agrees_has_no_findings() -> None:
    assert findings(*whole()) == []


def lose_task(ledger: Ledger, stored: Stored) -> None:
    del stored.tasks[0]


def double_task(ledger: Ledger, stored: Stored) -> None:
    stored.tasks.append(stored.tasks[0])


def make_task_of_nobody(ledger: Ledger, stored: Stored) -> None:
    stored.tasks.append(task("t9", "unplaced", None))


def lose_visit(ledger: Ledger, stored: Stored) -> None:
    del stored.tasks[2]


def double_visit(ledger: Ledger, stored: Stored) -> None:
    stored.tasks.append(task("t4", "unplaced", None, "q1"))


def undo_completion(ledger: Ledger, stored: Stored) -> None:
    stored.tasks[1]["state"] = "on_site"


def complete_by_nobody(ledger: Ledger, stored: Stored) -> None:
    stored.tasks[0]["state"] = "done"


def stand_twice(ledger: Ledger, stored: Stored) -> None:
    stored.routes["R2"].append("t1")


def stand_nowhere(ledger: Ledger, stored: Stored) -> None:
    stored.routes["R1"].remove("t1")


def lose_request(ledger: Ledger, stored: Stored) -> None:
    del stored.requests[1]


def lose_rating(ledger: Ledger, stored: Stored) -> None:
    stored.requests[0]["state"] = "resolved"


def lose_owner(ledger: Ledger, stored: Stored) -> None:
    stored.requests[0]["owner"] = None


def lose_position(ledger: Ledger, stored: Stored) -> None:
    ledger.kept["R1"] += 1


def accept_twice(ledger: Ledger, stored: Stored) -> None:
    stored.timelines["t1"].append({"kind": "accept", "actor_kind": "staff"})


def finish_twice(ledger: Ledger, stored: Stored) -> None:
    ledger.finish("t2", Done("R1", 60, 600, NOON, NOON))


@pytest.mark.parametrize(
    "spoil",
    [
        *(lose_task, double_task, make_task_of_nobody, lose_visit, double_visit, undo_completion),
        *(complete_by_nobody, stand_twice, stand_nowhere, lose_request, lose_rating, lose_owner),
        *(lose_position, accept_twice, finish_twice),
    ],
)
def test_each_loss_and_each_doubling_is_found(spoil: Callable[[Ledger, Stored], None]) -> None:
    ledger, stored = copy.deepcopy(whole())
    spoil(ledger, stored)
    assert findings(ledger, stored) != []


def test_a_report_says_how_people_were_served() -> None:
    ledger, stored = whole()
    ledger.seen("GET /api/queue", 12.5, 200, "")
    ledger.seen("GET /api/queue", 99.0, 500, "internal")
    setting = Setting(24, 12, 3, 10, 1, 24, "apply", 2, "SQLite, embedded", "curbstop simulate day")
    report = make_report(setting, ledger, stored, ["task t9 is lost"], 1500, 36_000)
    assert (report["times_real_speed"], report["faults"]) == (24.0, {"GET /api/queue 500 internal": 1})
    assert report["service"]["promises_kept"] == 1.0
    page = as_page(report)
    assert "1 findings." in page and "- task t9 is lost" in page
    assert "| promises kept | 1 | 1 |" in compared([report, report])
