"""Every door of the wing, tried by everybody, and with everything that should not go in."""

from __future__ import annotations

import io
import json
import random
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image

from app.capabilities import APIS
from kernel.web import Operation
from tests.contract.test_answers import bank_loaded
from tests.rig.people import Caller, Person
from tests.rig.stack import RunningApp

OPEN = {
    "start_a_request",
    "read_guides",
    "redeem_an_invitation",
    "search_answers",
    "post_answer_use",
    "read_evidence_key",
    "read_verifier",
}
CUSTOMERS_OWN = {
    "give_guide_answer",
    "ask_for_person",
    "give_place_up",
    "withdraw_request",
    "rate_request",
    "reopen_request",
}
CUSTOMERS_OR_SUPERVISORS = {"erase_a_request"}
BOTH_SIDES = {
    "read_request",
    "change_request",
    "read_timeline",
    "list_messages",
    "write_message",
    "read_place",
    "end_a_call",
    "send_still",
    "list_stills",
    "read_still_image",
    "delete_a_still",
    "list_marks",
    "draw_mark",
    "take_mark_back",
    "read_evidence",
    "read_bundle",
}
STAFF_ONLY = {
    "get_answers",
    "get_answer",
    "get_asked_in_vain",
    "post_answer",
    "put_answer",
    "post_answer_review",
    "post_answer_publication",
    "post_answer_withdrawal",
    "list_requests",
    "read_queue",
    "set_desk",
    "accept_a_request",
    "resume_a_call",
    "return_a_request",
    "put_verdict",
    "give_outcome",
    "invite_someone",
    "renew_an_invitation",
    "ask_for_rating",
}
EVERYBODY_SIGNED_IN = {"read_ice_servers"}
"""Doors with nothing of anybody's behind them."""
READ_BY_A_REP = {
    "read_request",
    "read_timeline",
    "list_messages",
    "read_place",
    "list_stills",
    "read_still_image",
    "list_marks",
}
"""Doors that open for the representative who is answerable; for any other there is nothing behind them."""

OPERATIONS = [operation for api in APIS if api.tag == "assist" for operation in api.operations]


@pytest.fixture
async def strangers(shared_app: RunningApp) -> dict[str, Caller]:
    await shared_app.staff("supervisor", "zhao", name="Zhao")
    return {
        "nobody": shared_app.caller(),
        "a customer": await shared_app.customer(),
        "a rep": await shared_app.staff("rep", "wu", name="Wu"),
    }


def path_to(
    operation: Operation, request_id: UUID | None, still_id: str = "", mark_id: str = "", answer_id: str = ""
) -> str:
    known = {"request_id": request_id, "still_id": still_id, "mark_id": mark_id, "answer_id": answer_id}
    return operation.path.format(**{name: id or uuid4() for name, id in known.items()})


def test_every_door_is_in_this_book() -> None:
    book = OPEN | CUSTOMERS_OWN | CUSTOMERS_OR_SUPERVISORS | BOTH_SIDES | STAFF_ONLY | EVERYBODY_SIGNED_IN
    assert {operation.name for operation in OPERATIONS} == book


async def test_strangers_find_nothing_behind_any_door(
    shared_app: RunningApp, strangers: dict[str, Caller]
) -> None:
    """There is something behind each door, what is sent is sound, and still strangers learn nothing."""
    owner = await shared_app.customer()
    still_id, mark_id = await a_marked_still(owner)
    await bank_loaded(shared_app)
    answers = await owner.post("/api/answer-searches", SOUND["search_answers"])
    for operation in OPERATIONS:
        path = path_to(operation, owner.request_id, still_id, mark_id, answers["answers"][0]["id"])
        sent: dict[str, Any] = {}
        if operation.form:
            sent = {"files": {"file": ("a.png", a_png(), "image/png")}, "data": {"client_id": str(uuid4())}}
        elif operation.body is not None:
            sent = {"json": SOUND.get(operation.name, {})}
        found = {}
        for name, who in strangers.items():
            found[name] = (await who.http.request(operation.method, path, **sent)).status_code
        if operation.name in OPEN:
            assert set(found.values()) <= {200, 201, 204, 410}, operation.name
            continue
        if operation.name in EVERYBODY_SIGNED_IN:
            assert found == {"nobody": 401, "a customer": 200, "a rep": 200}, operation.name
            continue
        expected = {
            "nobody": 401,
            "a customer": 403 if operation.name in STAFF_ONLY else 404,
            "a rep": 404 if operation.name in READ_BY_A_REP else 403,
        }
        assert found == expected, operation.name


async def test_a_supervisor_erases_for_a_customer_who_is_then_signed_out(shared_app: RunningApp) -> None:
    supervisor = await shared_app.staff("supervisor", "zhao", name="Zhao")
    customer = await shared_app.customer()
    here = f"/api/requests/{customer.request_id}"
    await customer.post(f"{here}/messages", {"client_id": str(uuid4()), "text": "It drips."})
    assert await customer.refused("POST", f"{here}/erasure") == "request_open"
    await customer.post(f"{here}/withdrawal")
    erased = await supervisor.post(f"{here}/erasure")
    assert erased["request_id"] == customer.request_id
    assert await supervisor.post(f"{here}/erasure") == erased, "twice is once"
    assert await supervisor.get(f"{here}/messages") == []
    assert (await supervisor.get(f"{here}/timeline"))[-1]["kind"] == "erased"
    assert await customer.refused("GET", here) == "unauthenticated"


async def a_marked_still(owner: Person) -> tuple[str, str]:
    still = await owner.upload(
        f"/api/requests/{owner.request_id}/stills", a_png(), client_id=str(uuid4()), source="upload"
    )
    mark = {"client_id": str(uuid4()), "tool": "arrow", "points": [[0, 0], [1, 1]]}
    drawn = await owner.post(f"/api/stills/{still['id']}/marks", mark)
    return str(still["id"]), str(drawn["id"])


def a_png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(file, "PNG")
    return file.getvalue()


# fuzz -------------------------------------------------------------------------------------------------

ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    2**63,
    1e400,
    float("nan"),
    "",
    " ",
    "\x00",
    "\ud800",
    "𠜎" * 10,
    "x" * 70_000,
    "'; DROP TABLE customer; --",
    "../../etc/passwd",
    "{{7*7}}",
    [],
    {},
    [[]],
    {"a": {"b": []}},
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59+00:00",
    "00000000-0000-0000-0000-000000000000",
]

SOUND: dict[str, dict[str, Any]] = {
    "start_a_request": {"category": "leak", "asker": "resident", "language": "en", "bearer": True},
    "change_request": {
        "version": 1,
        "place": {"address": "x", "lon": 1.0, "lat": 2.0, "source": "pin"},
        "contact": {"name": "x", "phone": "13800138000"},
        "description": "x",
    },
    "give_guide_answer": {"guide": "leak", "step": "electric", "answer": "done"},
    "write_message": {"client_id": str(uuid4()), "text": "x"},
    "draw_mark": {"client_id": str(uuid4()), "tool": "pen", "points": [[0.1, 0.2], [0.3, 0.4]]},
    "rate_request": {"score": 3, "comment": "x"},
    "invite_someone": {"name": "x", "phone": "13800138000", "language": "en", "category": "leak"},
    "redeem_an_invitation": {"token": "A" * 32, "bearer": True},
    "put_verdict": {
        "ownership": "after_meter",
        "fault": "pipe_crack",
        "severity": "minor",
        "still_ids": [str(uuid4())],
        "no_still_reason": None,
        "note": "x",
        "version": 1,
    },
    "give_outcome": {
        "outcome": "needs_visit",
        "note": "x",
        "visit": {
            "window": {"start": "2026-11-21T10:00:00+08:00", "end": "2026-11-21T12:00:00+08:00"},
            "parts": [{"code": "washer_set", "count": 1}],
        },
    },
    "search_answers": {"words": "my tap keeps dripping", "language": "en"},
    "post_answer_use": {"kind": "opened"},
    "set_desk": {"skills": ["meter_work"], "languages": ["en"]},
    "end_a_call": {"reason": "ended", "version": 1},
}


def spoiled(dice: random.Random, body: Any) -> Any:
    """The same document with one thing in it made odd, missing, doubled or unknown."""
    body = json.loads(json.dumps(body))
    if not isinstance(body, dict) or not body or dice.random() < 0.1:
        return dice.choice(ODD)
    name = dice.choice(list(body))
    action = dice.randrange(4)
    if action == 0:
        del body[name]
    elif action == 1:
        body[dice.choice(["extra", "owner_id", "__proto__", "\x00"])] = dice.choice(ODD)
    elif action == 2 and isinstance(body[name], dict | list) and body[name]:
        body[name] = (
            spoiled(dice, body[name]) if isinstance(body[name], dict) else [dice.choice(ODD), *body[name]]
        )
    else:
        body[name] = dice.choice(ODD)
    return body


def raw(dice: random.Random, body: Any) -> bytes:
    if dice.random() < 0.1:
        return dice.choice(
            [b"", b"{", b"[" * 20_000, b"\xff\xfe", b'{"a":1}' * 2, b"null", b"1e999", b'"\\u0000"']
        )
    return json.dumps(spoiled(dice, body)).encode()


async def test_whatever_is_sent_no_door_breaks(shared_app: RunningApp) -> None:
    """Hundreds of spoiled bodies, from people who may come in: each gets a clear answer, none a 5xx."""
    dice = random.Random(20261121)
    await shared_app.staff("supervisor", "zhao", name="Zhao")
    technician = await shared_app.staff("technician", "chen", name="Chen")
    owner = await shared_app.customer()
    people: list[Person] = [owner, technician]
    seen: dict[int, int] = {}
    for number in range(300):
        if number % 50 == 49:
            owner = people[0] = await shared_app.customer()
        operation = dice.choice([o for o in OPERATIONS if not o.form])
        path = path_to(operation, owner.request_id)
        if dice.random() < 0.05:
            path = path.replace(str(owner.request_id), dice.choice(["0", "%00", "x" * 300, "..%2f..", "é"]))
        sent: dict[str, Any] = {"headers": {"content-type": "application/json"}}
        if operation.body is not None:
            sent["content"] = raw(dice, SOUND.get(operation.name, {"version": 1}))
        if operation.query is not None:
            odd = [value for value in ODD if isinstance(value, str) and value.isascii() and len(value) < 99]
            sent["params"] = {
                dice.choice(["state", "owner", "before", "limit", "language"]): dice.choice(odd)
            }
        answer = await dice.choice(people).http.request(operation.method, path, **sent)
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
        assert answer.status_code < 500, (operation.name, path, sent, answer.text[:500])
        if answer.status_code >= 400:
            error = answer.json()["error"]
            assert error["code"] and error["message"] and error["message_key"] == f"errors.{error['code']}"
    assert seen.get(422, 0) > 50, f"most of it must reach the validation: {seen}"


async def test_all_faults_of_a_body_are_told_at_once(shared_app: RunningApp) -> None:
    technician = await shared_app.staff("technician", "chen", name="Chen")
    body = {"name": "", "phone": "1", "language": "fr", "category": "fire", "hurry": True}
    answer = await technician.http.post("/api/invitations", json=body)
    assert answer.status_code == 422
    faults = {(fault["code"], fault["where"]) for fault in answer.json()["error"]["faults"]}
    assert faults == {
        ("field_invalid", "body.name"),
        ("field_invalid", "body.phone"),
        ("field_invalid", "body.language"),
        ("field_invalid", "body.category"),
        ("field_unknown", "body.hurry"),
    }


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", "上门之前要先有判定"),
        ("zh-TW", "到府之前要先有判定"),
        ("en", "A visit needs a verdict first"),
    ],
)
async def test_a_refusal_speaks_the_callers_language(
    shared_app: RunningApp, language: str, words: str
) -> None:
    await shared_app.staff("supervisor", "zhao", name="Zhao")
    technician = await shared_app.staff("technician", "chen", name="Chen")
    customer = await shared_app.customer()
    here = f"/api/requests/{customer.request_id}"
    await customer.post(f"{here}/queue-entry")
    await technician.post(f"{here}/acceptance")
    await technician.post(f"{here}/call-end")
    answer = await technician.http.post(
        f"{here}/outcome", json={"outcome": "needs_visit"}, headers={"Accept-Language": language}
    )
    assert answer.status_code == 409 and answer.json()["error"]["message"].startswith(words)
