"""What somebody without any right can send: bounded before it is read, answered briefly, never a 5xx."""

from __future__ import annotations

import asyncio
import json
import socket
from uuid import uuid4

import httpx
import pytest

from tests.rig.people import Person
from tests.rig.stack import RunningApp

MOST_ANSWERED = 16 << 10
"""Bytes of a refusal, whatever was sent."""
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def customer(shared_app: RunningApp) -> Person:
    await shared_app.staff("supervisor", "zhao", name="Zhao")
    return await shared_app.customer()


def raw(app: RunningApp) -> socket.socket:
    address = httpx.URL(app.url)
    return socket.create_connection((address.host, address.port or 80), timeout=10)


BODIES = {
    "unknown fields": json.dumps({f"f{number:05d}": 0 for number in range(18_000)}).encode(),
    "one long name": json.dumps({"x" * 239_000: 0}).encode(),
    "an object in an object": json.dumps({"category": {f"f{n}": 0 for n in range(16_000)}}).encode(),
    "a list": b"[" + b"0," * 119_000 + b"0]",
    "lists in lists": b"[" * 119_000,
    "a long number": b'{"category": ' + b"9" * 239_000 + b"}",
}


@pytest.mark.parametrize("kind", BODIES)
async def test_a_body_full_of_faults_gets_a_short_answer(shared_app: RunningApp, kind: str) -> None:
    answer = await shared_app.caller().http.post("/api/requests", content=BODIES[kind], headers=JSON)
    assert answer.status_code in (413, 422)
    assert len(answer.content) <= MOST_ANSWERED, f"{len(answer.content)} bytes"


async def test_an_address_full_of_faults_gets_a_short_answer(shared_app: RunningApp) -> None:
    query = "&".join(f"f{number}" for number in range(4500))
    answer = await shared_app.caller().http.get(f"/api/guides?{query}")
    assert answer.status_code in (413, 414, 422)
    assert len(answer.content) <= MOST_ANSWERED, f"{len(answer.content)} bytes"


@pytest.mark.parametrize(
    "body",
    [
        {"category": "leak", "bearer": "yes"},
        {"category": "leak", "bearer": 1},
        {"category": "leak", "building": 7},
    ],
)
async def test_a_wrong_type_is_a_fault_and_is_not_made_to_fit(
    shared_app: RunningApp, body: dict[str, object]
) -> None:
    answer = await shared_app.caller().http.post("/api/requests", json=body)
    assert answer.status_code == 422, answer.text
    assert [fault["code"] for fault in answer.json()["error"]["faults"]] == ["field_invalid"]


async def test_a_number_in_quotes_is_no_number(customer: Person) -> None:
    path = f"/api/requests/{customer.request_id}"
    answer = await customer.http.patch(path, json={"version": "1", "description": "wet"})
    assert answer.status_code == 422


@pytest.mark.parametrize("charset", ["punycode", "idna", "utf-7", "zlib", "undefined", "unicode_escape", "x"])
async def test_a_form_in_an_odd_encoding_is_refused(customer: Person, charset: str) -> None:
    part = (
        b'--x\r\nContent-Disposition: form-data; name="client_id"\r\n\r\n\\xff-99999999\xc3\xa9\r\n--x--\r\n'
    )
    for body in (part, part.replace(b"-99999999", b"\\"), part.replace(b"client_id", b"\xff\\x-9999999")):
        answer = await customer.http.post(
            f"/api/requests/{customer.request_id}/stills",
            content=body,
            headers={"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"},
        )
        assert answer.status_code == 415, answer.text


@pytest.mark.parametrize("path", ["/api/requests", "/api/me", "/healthz", "/api/openapi.json", "/"])
async def test_another_method_is_told_which_there_are(shared_app: RunningApp, path: str) -> None:
    answer = await shared_app.caller().http.put(path)
    assert answer.status_code == 405
    assert {"GET", "POST"} & set(answer.headers["Allow"].split(", ")), "RFC 9110, 15.5.6"


async def test_a_body_cut_short_is_no_fault_of_ours(shared_app: RunningApp) -> None:
    log = shared_app.foundation.data / "log" / "curbstop.log"
    before = log.stat().st_size if log.exists() else 0

    def cut() -> None:
        for head in (b"application/json", b"multipart/form-data; boundary=x"):
            with raw(shared_app) as line:
                line.sendall(b"POST /api/requests HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n" % head)
                line.sendall(b"Content-Length: 50\r\n\r\n{")

    await asyncio.to_thread(cut)
    await asyncio.sleep(0.5)
    assert b"unforeseen" not in log.read_bytes()[before:]


async def test_a_customer_changes_and_answers_only_so_often(customer: Person) -> None:
    path = f"/api/requests/{customer.request_id}"
    calls: dict[str, tuple[str, str, dict[str, object]]] = {
        "change": ("PATCH", path, {"version": 1, "description": "x"}),
        "answer": ("POST", f"{path}/guide-answers", {"guide": "leak", "step": "nowhere", "answer": "yes"}),
        "message": ("POST", f"{path}/messages", {"client_id": str(uuid4()), "text": "x"}),
    }
    for name, (method, where, body) in calls.items():
        codes = [(await customer.http.request(method, where, json=body)).status_code for _ in range(150)]
        assert 429 in codes, name
        assert codes.index(429) >= 30, f"{name}: nobody who means it is slowed down"
