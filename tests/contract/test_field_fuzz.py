"""Nothing that anyone sends makes the field's doors answer with a fault of ours."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from app.capabilities import APIS
from kernel.web import Operation
from tests.rig.town import Town, inside

ROUNDS = 12

ODD: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2**31,
    2**63,
    -(2**70),
    1e308,
    0.1,
    "",
    " ",
    "a",
    "\x00",
    "\ud800",
    "é" * 400,
    "7.4",
    "NaN",
    "2026-02-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2026-11-21T08:00:00",
    "2026-11-21T08:00:00Z",
    "019a0000-0000-7000-8000-000000000000",
    [],
    {},
    [[]],
    {"a": None},
    [None] * 30,
    "'; drop table task; --",
    "<script>",
    "unplaced",
    "complete",
    "acceptance",
    "leak",
    "leak_repair",
    "urgent",
]


def field_names(operation: Operation) -> list[str]:
    model = operation.body or operation.query
    return [*model.model_fields, "extra"] if model else ["extra"]


def odd_body(draw: random.Random, names: list[str], known: dict[str, list[Any]]) -> Any:
    """Some of the fields, each right or odd."""
    if draw.random() < 0.05:
        return draw.choice(ODD)
    chosen = [name for name in names if draw.random() < (0.05 if name == "extra" else 0.8)]
    return {
        name: draw.choice(known[name]) if name in known and draw.random() < 0.7 else draw.choice(ODD)
        for name in chosen
    }


@pytest.mark.parametrize("who", ["dora", "ann"])
async def test_no_door_breaks(town: Town, who: str) -> None:
    draw = random.Random(f"fuzz {who}")
    placed, lost = await town.task(where=inside("A1")), await town.task(where=None)
    caller = await town.caller(who)
    ids = [str(placed.id), str(lost.id), str(town.reps["ann"].id), "x", "%00", "1"]
    known: dict[str, list[Any]] = {
        "version": [placed.version, lost.version, 0],
        "rep_id": [str(rep.id) for rep in town.reps.values()],
        "place": [{"lon": 7.405, "lat": 43.705}, {"lon": 1e9, "lat": 0}, {"lon": 7.4}],
        "reason": ["because"],
        "note": ["done"],
        "lon": [7.405, 181],
        "lat": [43.705, -91],
        "category": ["leak"],
        "skill": ["leak_repair"],
        "duration_s": [60, 10**9],
        "parts": [{"a": 1}, {"A!": 1}],
        "device": ["019a0000-0000-7000-8000-000000000009"],
        "proofs": [[str(placed.id)], []],
        "actions": [[{"id": str(placed.id), "sequence": 1, "kind": "acceptance", "task_id": str(placed.id)}]],
    }
    answers: list[int] = []
    for operation in [
        operation for api in APIS if api.tag in ("field", "grid") for operation in api.operations
    ]:
        names = field_names(operation)
        for _ in range(ROUNDS):
            path = operation.path
            for name in operation.path_params:
                path = path.replace("{" + name + "}", draw.choice(ids))
            sent: dict[str, Any] = {}
            body = odd_body(draw, names, known)
            if operation.query is not None and isinstance(body, dict):
                sent["params"] = {name: _text(value) for name, value in body.items()}
            if operation.form:
                data = draw.randbytes(draw.choice([0, 1, 300]))
                sent |= {"files": {"file": ("f", data)}, "data": {"client_id": _text(draw.choice(ODD))}}
            elif operation.body is not None:
                sent["content"] = json.dumps(body).encode("utf-8", "surrogatepass")
                sent["headers"] = {"content-type": "application/json"}
            response = await caller.http.request(operation.method, path, **sent)
            told = f"{operation.method} {path} {sent}: {response.text[:300]}"
            assert response.status_code < 500, told
            if response.status_code >= 400 and response.status_code != 405:
                assert response.json()["error"]["code"] not in ("", "internal"), told
            answers.append(response.status_code)
    assert {200, 404, 422} <= set(answers), "some of it was right, some was not"


def _text(value: Any) -> str:
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "replace").decode()
