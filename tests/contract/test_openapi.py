"""The OpenAPI document is sound, and the house keeps to it, whoever calls and whatever they send."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import jsonschema_rs
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from app.capabilities import APIS
from kernel.actors import Role, Surface
from kernel.web.openapi import document
from tests.rig.foundations import Foundry
from tests.rig.stack import RunningApp, running_app
from tests.rig.town import REPS, inside, zone_file

Json = dict[str, Any]
SEED = 20261121
ROUNDS = 2
"""How often each operation is called by each person."""
NOT_TRIED = {
    "sign_out": "it would end the session that the other calls are made with",
    "sign_in": "its limit is ten a minute",
}


@pytest.fixture(scope="module")
def described() -> Json:
    return document(APIS, title="Curbstop", version="1", server="http://127.0.0.1:8000")


def operations(described: Json) -> list[tuple[str, str, Json]]:
    return [
        (method, path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for part in node.values():
            yield from references(part)
    elif isinstance(node, list):
        for part in node:
            yield from references(part)


# the document ---------------------------------------------------------------------------------------


def test_it_is_openapi_3_1(described: Json) -> None:
    OPENAPI_31_VALIDATOR.validate(described)
    for schema in described["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema | {"$schema": "https://json-schema.org/draft/2020-12/schema"})


def test_every_reference_leads_somewhere_and_every_schema_is_used(described: Json) -> None:
    named = {f"#/components/schemas/{name}" for name in described["components"]["schemas"]}
    assert set(references(described)) == named


def test_every_operation_says_what_it_does_who_may_and_what_comes_back(described: Json) -> None:
    found = operations(described)
    assert len(found) == sum(len(api.operations) for api in APIS)
    ids = [operation["operationId"] for _, _, operation in found]
    assert len(set(ids)) == len(ids)
    for method, path, operation in found:
        assert operation["summary"] and operation["description"].startswith("For "), path
        in_path = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path)), path
        statuses = set(operation["responses"])
        assert len(statuses & {"200", "201", "204"}) == 1, (method, path)
        for response in operation["responses"].values():
            assert response["description"], (method, path)
        for scheme in operation.get("security", []):
            assert set(scheme) <= set(described["components"]["securitySchemes"])
        if operation["description"] != "For anyone.":
            assert {"401", "403"} <= statuses and operation["security"], (method, path)


# the house ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Inhabited:
    """A running house, tokens by role, and ids that lead somewhere by the name of the path's parameter."""

    app: RunningApp
    tokens: dict[str, str]
    ids: dict[str, list[str]]


async def inhabit(app: RunningApp) -> Inhabited:
    try:
        staff = {role: await app.staff(role, f"the.{role.value}") for role in Role if role is not Role.REP}
        dispatcher = staff[Role.DISPATCHER]
        await dispatcher.upload("/api/imports/zones", zone_file(), name="zones.geojson")
        report = await dispatcher.upload("/api/imports/reps", REPS.encode(), name="reps.csv")
        secret = report["sign_ins"][0]["link"].partition("#k=")[2]
        body = {"token": secret, "surface": Surface.REP.value, "bearer": True}
        rep = await app.caller().post("/api/sign-in-links/redemption", body)
        customers = [await app.customer() for _ in range(2)]
        lon, lat = inside("A1")
        asked = {"category": "leak", "severity": "major", "skill": "leak_repair", "lon": lon, "lat": lat}
        tasks = [await dispatcher.post("/api/tasks", asked) for _ in range(3)]
        reps = await dispatcher.get("/api/reps")
        tokens = {role.value: str(person.token) for role, person in staff.items() if role is not Role.ADMIN}
        tokens |= {"rep": rep["session"]["token"], "customer": str(customers[0].token)}
        ids = {
            "request_id": [str(customer.request_id) for customer in customers],
            "task_id": [task["id"] for task in tasks],
            "rep_id": [each["id"] for each in reps],
            "code": ["A1"],
            "kind": ["geojson", "csv"],
            "task_type": ["leak_visit", "meter_swap"],
            "number": ["1"],
            "part": ["coupling_dn15"],
        }
        return Inhabited(app, tokens, ids)
    finally:
        await app.close()


@pytest.fixture(scope="module")
def filled_house(foundry: Foundry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inhabited]:
    with (
        foundry.make("embedded", tmp_path_factory.mktemp("openapi")) as foundation,
        running_app(foundation, demo="true") as app,
        ThreadPoolExecutor(1) as thread,
    ):
        yield thread.submit(asyncio.run, inhabit(app)).result()


@pytest.fixture
async def house(filled_house: Inhabited) -> AsyncIterator[Inhabited]:
    yield filled_house
    await filled_house.app.close()


class Guess:
    """Values that fit a schema, or nearly do, by one dice. One in :attr:`odd` is what nobody would send."""

    ODD: tuple[Any, ...] = (
        None,
        True,
        -1,
        2**63,
        10**30,
        1e308,
        "",
        "\x00",
        "\ud800",
        "𠜎" * 9,
        [],
        {},
        [[]],
    )

    def __init__(self, described: Json, dice: random.Random, odd: float) -> None:
        self._schemas = described["components"]["schemas"]
        self._dice = dice
        self._odd = odd

    def value(self, schema: Json) -> Any:
        if self._dice.random() < self._odd:
            return self._dice.choice(self.ODD)
        if "$ref" in schema:
            return self.value(self._schemas[schema["$ref"].rpartition("/")[2]])
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._dice.choice(schema["enum"])
        if "anyOf" in schema:
            return self.value(self._dice.choice(schema["anyOf"]))
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            return self._array(schema)
        if kind in ("integer", "number"):
            return self._number(schema)
        if kind == "boolean":
            return self._dice.random() < 0.5
        return self._text(schema) if kind == "string" else None

    def _object(self, schema: Json) -> Json:
        required = schema.get("required", [])
        made = {
            name: self.value(part)
            for name, part in schema.get("properties", {}).items()
            if name in required or self._dice.random() < 0.4
        }
        if self._dice.random() < self._odd:
            made[self._dice.choice(["unknown", "\x00", "\ud800", "__proto__"])] = 1
        return made

    def _array(self, schema: Json) -> list[Any]:
        if "prefixItems" in schema:
            return [self.value(part) for part in schema["prefixItems"]]
        low = schema.get("minItems", 0)
        return [self.value(schema["items"]) for _ in range(self._dice.randint(low, low + 2))]

    def _number(self, schema: Json) -> float:
        low = int(schema.get("minimum", 0))
        high = min(int(schema.get("maximum", 5)), low + 5)
        return self._dice.randint(low, max(low, high))

    def _text(self, schema: Json) -> str:
        match schema.get("format"):
            case "uuid":
                return str(UUID(int=self._dice.getrandbits(128), version=4))
            case "date-time":
                return self._dice.choice(
                    ["2026-11-21T09:00:00+08:00", "2026-11-21T01:00:00Z", "0001-01-01T00:00:00+23:59"]
                )
            case "date":
                return self._dice.choice(["2026-11-21", "2000-01-01", "2026-02-30"])
        low: int = schema.get("minLength", 0)
        text: str = self._dice.choice(["a" * max(low, 1), "漏水了" * max(low, 1), "x" * 32, "138 0013 8000"])
        longest: int = schema.get("maxLength", 2000)
        return text[:longest]


def call_of(guess: Guess, dice: random.Random, house: Inhabited, path: str, operation: Json) -> Json:
    """One call as :meth:`httpx.AsyncClient.request` takes it."""
    sent: Json = {"params": {}, "headers": {"Content-Type": "application/json"}}
    for each in operation["parameters"]:
        name = each["name"]
        if each["in"] == "path":
            known = house.ids.get(name, []) if dice.random() < 0.9 else []
            value = dice.choice(known) if known else guess.value(each["schema"])
            path = path.replace("{" + name + "}", _in_path(value))
        elif each["required"] or dice.random() < 0.5:
            sent["params"][name] = str(guess.value(each["schema"])).encode(errors="replace").decode()
    body = operation.get("requestBody", {}).get("content", {})
    if "application/json" in body:
        sent["content"] = json.dumps(guess.value(body["application/json"]["schema"])).encode()
    elif body:
        del sent["headers"]
        client_id = str(guess.value({"type": "string", "format": "uuid"})).encode(errors="replace").decode()
        sent |= {"files": {"file": ("f", dice.randbytes(64))}, "data": {"client_id": client_id}}
    return sent | {"url": path}


def _in_path(value: Any) -> str:
    return quote(str(value).encode(errors="replace"), safe="") or "0"


class Promises:
    """What answers are to look like, each kind made ready once: that takes longer than the calls."""

    def __init__(self, described: Json) -> None:
        self._components = described["components"]
        self._ready: dict[str, jsonschema_rs.Validator] = {}

    def of(self, schema: Json) -> jsonschema_rs.Validator:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._ready:
            self._ready[key] = jsonschema_rs.validator_for(schema | {"components": self._components})
        return self._ready[key]


@pytest.fixture(scope="module")
def promises(described: Json) -> Promises:
    return Promises(described)


def broken_promise(operation: Json, answer: httpx.Response, promises: Promises) -> str:
    """What is wrong with an answer; empty when the document promised it."""
    promised = operation["responses"].get(str(answer.status_code))
    if promised is None:
        return f"{answer.status_code} is not documented: {answer.text[:150]}"
    content = promised.get("content", {})
    if not content:
        return "a body that is not documented" if answer.content else ""
    kind = answer.headers.get("content-type", "")
    if "application/json" in content:
        if not kind.startswith("application/json"):
            return f"documented as JSON, and is {kind}"
        promise = promises.of(content["application/json"]["schema"])
        faults = [f"{e.message} at {e.instance_path}" for e in promise.iter_errors(answer.json())]
        return "; ".join(faults)[:300]
    return ""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("odd", [0.0, 0.08], ids=["as documented", "nearly as documented"])
async def test_whoever_calls_is_answered_as_documented(
    house: Inhabited, described: Json, promises: Promises, odd: float
) -> None:
    dice = random.Random(SEED)
    guess = Guess(described, dice, odd)
    callers = {name: house.app.caller(token) for name, token in house.tokens.items()}
    wrong: list[tuple[str, str, str]] = []
    statuses: dict[int, int] = {}
    for method, path, operation in operations(described) * ROUNDS:
        if operation["operationId"] in NOT_TRIED:
            continue
        for name in dice.sample(sorted(callers), 3):
            sent = call_of(guess, dice, house, path, operation)
            answer = await callers[name].http.request(method.upper(), **sent)
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
            if fault := broken_promise(operation, answer, promises):
                wrong.append((operation["operationId"], name, fault))
    assert wrong == []
    assert statuses.get(200, 0) > 40 and statuses.get(403, 0) > 40 and statuses.get(422, 0) > 20, statuses
