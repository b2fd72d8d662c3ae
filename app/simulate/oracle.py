"""What was acknowledged against what is there: the simulated people know, and the installation must agree.

Pure, and without a line of the product's: it reads what any dispatcher can read. A finding is a sentence on
one thing that is lost, doubled, or not as it was acknowledged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.simulate.ledger import Ledger

Json = dict[str, Any]
FINAL_REQUEST = {"withdrawn": {"withdrawn"}, "rated": {"closed"}}
IN_ROUTE = ("assigned", "accepted", "travelling", "on_site")


@dataclass(frozen=True)
class Stored:
    """What is there at the end of the day. ``tasks`` and ``requests`` as the API shows them, each as often as
    it is listed; ``routes``: of each representative's code the ids of its stops; ``kept``: how many positions
    each representative's phone is shown.
    """

    tasks: list[Json]
    requests: list[Json]
    routes: dict[str, list[str]]
    kept: dict[str, int]
    timelines: dict[str, list[Json]] = field(default_factory=dict)


def findings(ledger: Ledger, stored: Stored, *, unsure_ok: bool = True) -> list[str]:
    """Everything that does not agree, in sentences; empty when nothing is lost and nothing doubled."""
    return [
        *_tasks(ledger, stored, unsure_ok),
        *_visits(ledger, stored),
        *_finished(ledger, stored),
        *_routes(stored),
        *_requests(ledger, stored),
        *_positions(ledger, stored),
        *_steps(ledger, stored),
    ]


def _tasks(ledger: Ledger, stored: Stored, unsure_ok: bool) -> Iterable[str]:
    times = Counter(task["id"] for task in stored.tasks)
    yield from (f"task {id} is listed {count} times" for id, count in times.items() if count > 1)
    yield from (f"task {id} ({key}) is lost" for id, key in ledger.created.items() if id not in times)
    own = [task for task in stored.tasks if task["request_id"] is None]
    strangers = [task["id"] for task in own if task["id"] not in ledger.created]
    unsure = sum(line.startswith("task of") for line in ledger.unsure) if unsure_ok else 0
    if len(strangers) > unsure:
        yield from (f"task {id} was created twice, or by nobody" for id in strangers)


def _visits(ledger: Ledger, stored: Stored) -> Iterable[str]:
    """Each request that ended in a visit has one task, and no other has any."""
    of_request = Counter(task["request_id"] for task in stored.tasks if task["request_id"])
    for id, asked in ledger.requests.items():
        wanted = 1 if asked.outcome == "needs_visit" else 0
        if of_request[id] != wanted and (asked.outcome or of_request[id]):
            yield f"request {id} ({asked.outcome or 'open'}) has {of_request[id]} tasks instead of {wanted}"
    yield from (
        f"a task of a request that nobody opened: {id}" for id in of_request if id not in ledger.requests
    )


def _finished(ledger: Ledger, stored: Stored) -> Iterable[str]:
    yield from (f"task {id} was finished twice" for id in ledger.doubled)
    for task in stored.tasks:
        done = ledger.done.get(task["id"])
        code = task["rep"]["code"] if task["rep"] else None
        if done is not None and (task["state"] != "done" or code != done.rep):
            yield f"task {task['id']} was finished by {done.rep}, and stands as {task['state']} of {code}"
        if done is None and task["state"] == "done":
            unsure = f"completion of {task['id']}" in ledger.unsure
            if not unsure:
                yield f"task {task['id']} is done, and nobody was told that they had finished it"


def _routes(stored: Stored) -> Iterable[str]:
    """An open task that somebody has stands once, in that person's route."""
    places: dict[str, list[str]] = {}
    for code, stops in stored.routes.items():
        for task_id in stops:
            places.setdefault(task_id, []).append(code)
    yield from (
        f"task {id} stands {len(at)} times, with {sorted(at)}" for id, at in places.items() if len(at) > 1
    )
    for task in stored.tasks:
        if task["state"] in IN_ROUTE:
            holder, at = task["rep"]["code"] if task["rep"] else None, places.get(task["id"])
            if at != [holder]:
                yield f"task {task['id']} is {task['state']} with {holder}, and stands with {at}"


def _requests(ledger: Ledger, stored: Stored) -> Iterable[str]:
    times = Counter(request["id"] for request in stored.requests)
    yield from (f"request {id} is listed {count} times" for id, count in times.items() if count > 1)
    for id, asked in ledger.requests.items():
        if id not in times:
            yield f"request {id} ({asked.key}) is lost"
    for request in stored.requests:
        asked_for = ledger.requests.get(request["id"])
        if asked_for is None:
            continue
        wanted = FINAL_REQUEST.get(asked_for.ended)
        if wanted and request["state"] not in wanted:
            yield f"request {request['id']} was {asked_for.ended}, and stands as {request['state']}"
        if not request.get("owner"):
            yield f"request {request['id']} has no owner"


def _positions(ledger: Ledger, stored: Stored) -> Iterable[str]:
    for code, shown in stored.kept.items():
        if shown != ledger.kept[code]:
            yield f"of {code} {ledger.kept[code]} positions were said to be kept, and {shown} are shown"


def _steps(ledger: Ledger, stored: Stored) -> Iterable[str]:
    """What a representative did stands in the task's history as often as it was acknowledged."""
    for id, timeline in stored.timelines.items():
        times = Counter(line["kind"] for line in timeline if line["actor_kind"] == "staff")
        for kind, acts in (("accept", ledger.accepted), ("decline", ledger.declined)):
            if times[kind] != acts[id] and not any(id in line for line in ledger.unsure):
                yield f"task {id}: {kind} was acknowledged {acts[id]} times, and stands {times[kind]} times"
        if times["complete"] > 1:
            yield f"task {id} was completed {times['complete']} times"
