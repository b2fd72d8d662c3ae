"""A running house with something behind every door, and somebody of each kind to knock."""

from __future__ import annotations

import asyncio
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from PIL import Image
from pydantic import BaseModel

from kernel.actors import Actor, Role, Surface
from kernel.ids import uuid7
from kernel.web import Operation
from tests.rig.people import Caller, Person
from tests.rig.stack import RunningApp
from tests.rig.town import REPS, inside, zone_file

WITHIN_S = 20.0


@dataclass(frozen=True)
class Somebody:
    """A caller of the matrix: who they are for the declarations, and the token that says so."""

    actor: Actor | None
    token: str | None


@dataclass(frozen=True)
class House:
    """A running house with something behind every door."""

    app: RunningApp
    people: dict[str, Somebody]
    ids: dict[str, str]
    """By the name of the path's parameter: a request in a call, its still and mark, Ann's task and proof."""
    visited: str
    """A request that became a job, which Ann has accepted: she answers for it."""
    visited_still: str
    task_of_bob: str
    task_of_conflict: str
    """Given from Ann to Bob, and worked on by Ann without her knowing."""
    cyd: str
    """A representative without a job: whose absence moves nothing."""
    callers: dict[str, Caller]

    def be(self, name: str) -> Caller:
        """A program of that person; one for the whole test."""
        if name not in self.callers:
            self.callers[name] = self.app.caller(self.people[name].token)
        return self.callers[name]


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(file, "PNG")
    return file.getvalue()


async def build(app: RunningApp) -> House:
    """Fill the house, and leave no connection open."""
    try:
        return await fill(app)
    finally:
        await app.close()


async def fill(app: RunningApp) -> House:
    """Behind every door: four desks, two representatives, three customers, one call and three jobs."""
    people: dict[str, Somebody] = {"nobody": Somebody(None, None)}
    staff: dict[Role, Person] = {}
    for role in (Role.SUPERVISOR, Role.DISPATCHER, Role.TECHNICIAN, Role.ADMIN, Role.AGENT):
        person = staff[role] = await app.staff(role, f"the.{role.value}")
        people[role.value] = Somebody(actor_of_staff(person.id, role), person.token)
    dispatcher, technician = staff[Role.DISPATCHER], staff[Role.TECHNICIAN]
    await dispatcher.upload("/api/imports/zones", zone_file(), name="zones.geojson")
    report = await dispatcher.upload("/api/imports/reps", REPS.encode(), name="reps.csv")
    for each in report["sign_ins"]:
        body = {"token": each["link"].partition("#k=")[2], "surface": Surface.REP.value, "bearer": True}
        me = await app.caller().post("/api/sign-in-links/redemption", body)
        people[each["code"]] = Somebody(actor_of_staff(me["id"], Role.REP), me["session"]["token"])
    reps = {rep["code"]: rep["id"] for rep in await dispatcher.get("/api/reps")}

    customers = {name: await app.customer() for name in ("own", "foreign", "visited")}
    for name, person in customers.items():
        request_id = UUID(str(person.request_id))
        actor = Actor("customer", request_id, "", frozenset(), request_id, "")
        people[name] = Somebody(actor, person.token)
    still_id, mark_id = await _call(customers["own"], technician)
    tasks = [await _task(dispatcher, reps[code]) for code in ("ann", "bob")]
    ann = app.caller(people["ann"].token)
    proof = await ann.upload(f"/api/tasks/{tasks[0]}/proofs", picture(), client_id=str(uuid4()))
    visited_still, word_id = await _visit(customers["visited"], technician, dispatcher, ann, reps["ann"])
    task_of_conflict, conflict_id = await _conflict(dispatcher, ann, reps)
    ids = await _grid(dispatcher, ann, reps) | {
        "request_id": str(customers["own"].request_id),
        "still_id": still_id,
        "mark_id": mark_id,
        "task_id": tasks[0],
        "proof_id": str(proof["id"]),
        "rep_id": reps["ann"],
        "conflict_id": conflict_id,
        "word_id": word_id,
        "timer_id": str(uuid4()),
        "escalation_id": str(uuid4()),
        "rule_id": str(uuid4()),
        **{name: str(uuid4()) for name in ("chain_id", "permit_id", "predecessor_id", "successor_id")},
        "announcement_id": str(uuid4()),
        "answer_id": str(uuid4()),
        "note_id": str(uuid4()),
        "wish_id": str(uuid4()),
    }
    visited = str(customers["visited"].request_id)
    return House(app, people, ids, visited, visited_still, tasks[1], task_of_conflict, reps["cyd"], {})


def actor_of_staff(id: UUID | str, role: Role) -> Actor:
    return Actor("staff", UUID(str(id)), "", frozenset({role}), None, "en")


async def _call(customer: Person, technician: Person) -> tuple[str, str]:
    here = f"/api/requests/{customer.request_id}"
    await customer.post(f"{here}/queue-entry")
    await technician.post(f"{here}/acceptance")
    still = await customer.upload(f"{here}/stills", picture(), client_id=str(uuid4()))
    drawing = {"client_id": str(uuid4()), "tool": "arrow", "points": [[0, 0], [1, 1]]}
    mark = await customer.post(f"/api/stills/{still['id']}/marks", drawing)
    await customer.post(f"{here}/messages", {"client_id": str(uuid4()), "text": "It drips."})
    return str(still["id"]), str(mark["id"])


async def _grid(dispatcher: Person, ann: Caller, reps: dict[str, str]) -> dict[str, str]:
    """Territories that are to change, of which Ann is told, and a plan for the rest of her station's day."""
    asked = await dispatcher.post("/api/territory/proposals", {})
    here = f"/api/territory/proposals/{asked['id']}"
    async with asyncio.timeout(WITHIN_S):
        while (proposal := await dispatcher.get(here))["state"] != "ready":  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    zone = next(zone for zone in proposal["zones"] if zone["code"] == "A1")
    first = proposal["alternatives"][0]
    nudge = {"zones": [zone["id"]], "rep_id": reps["bob"], "version": first["version"]}
    nudged = await dispatcher.post(f"/api/territory/alternatives/{first['id']}/nudges", nudge)
    soon = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    wanted = {"alternative_id": first["id"], "begins_on": soon, "version": nudged["version"]}
    await dispatcher.post(f"{here}/publication", wanted | {"confirmed": True})
    (notice,) = (await ann.get("/api/rep/route"))["owner_notices"]
    station = next(rep["station"] for rep in await dispatcher.get("/api/reps") if rep["id"] == reps["ann"])
    move_id = await _move(dispatcher, reps["bob"])
    plan = await dispatcher.post("/api/reoptimisations", {"station": station, "budget_s": 1})
    (version, *_) = await dispatcher.get("/api/grid/versions")
    elsewhere = {"kind": "arcgis", "name": "GIS", "url": "https://maps.invalid/FeatureServer"}
    source = await dispatcher.post("/api/zone-sources", elsewhere)
    far = (datetime.now(UTC) + timedelta(days=300)).date().isoformat()
    every = {"every_days": 30, "window_days": 5, "minutes": 20, "skill": "valve", "starts_on": far}
    coming = await dispatcher.post(
        "/api/rounds", {"name": "Valves of A1", "kind": "valve_exercise", "zones": ["A1"]} | every
    )
    return await _roster(dispatcher, ann, reps["ann"]) | {
        "zone_id": zone["id"],
        "code": "A1",
        "task_type": "leak_visit",
        "number": "1",
        "part": "coupling_dn15",
        "kind": "geojson",
        "version_id": version["id"],
        "source_id": source["id"],
        "round_id": coming["id"],
        "collection_id": "zones",
        "feature_id": "A1",
        **{"z": "0", "x": "0", "y": "0"},
        "proposal_id": proposal["id"],
        "alternative_id": first["id"],
        "notice_id": notice["id"],
        "move_id": move_id,
        "reoptimisation_id": plan["id"],
        "cause": (await dispatcher.get("/api/reoptimisation-policies"))[0]["cause"],
    }


async def _roster(dispatcher: Person, ann: Caller, rep_id: str) -> dict[str, str]:
    """Ann works by a pattern, but not on one day; she asks for overtime, and has her calendar elsewhere."""
    here, today = f"/api/reps/{rep_id}", (await ann.get("/api/rep/shifts"))["today"]
    always = {"spans": [{"start": "00:00", "end": "16:00"}]}
    days = [{"weekday": weekday, **always} for weekday in range(7)]
    (pattern,) = await dispatcher.post(f"{here}/shift-patterns", {"valid_from": today, "duties": days})
    await dispatcher.post(f"{here}/shift-exceptions", {"day": "2100-01-01", "duty": {}})
    seen = await dispatcher.get("/api/shifts", first="2100-01-01", days=1)
    (day,) = next(rep["days"] for rep in seen["reps"] if rep["rep_id"] == rep_id)
    worked = (await ann.get("/api/rep/shifts", days=2))["days"][1]
    until = datetime.fromisoformat(worked["ends_at"]) + timedelta(hours=1)
    wish = await ann.post("/api/rep/overtime", {"day": worked["day"], "until": until.isoformat()})
    link = await ann.post("/api/rep/calendar-link")
    await dispatcher.delete(f"{here}/shift-patterns/{pattern['id']}")
    (pattern,) = await dispatcher.post(
        f"{here}/shift-patterns", {"valid_from": "2100-01-01", "duties": days[:1]}
    )
    return {
        "pattern_id": pattern["id"],
        "exception_id": day["exception_id"],
        "overtime_id": wish["id"],
        "token": link["url"].rpartition("/")[2],
    }


async def _task(dispatcher: Person, rep_id: str) -> str:
    lon, lat = inside("A1")
    asked = {"category": "leak", "severity": "major", "skill": "leak_repair", "lon": lon, "lat": lat}
    task = await dispatcher.post("/api/tasks", asked)
    body = {"rep_id": rep_id, "version": task["version"], "overrule": True}
    if (task["rep"] or {}).get("id") != rep_id:
        await dispatcher.post(f"/api/tasks/{task['id']}/assignment", body)
    return str(task["id"])


async def _move(dispatcher: Person, rep_id: str) -> str:
    """A task of its own that a dispatcher has moved."""
    task_id = await _task(dispatcher, rep_id)
    task = await dispatcher.get(f"/api/tasks/{task_id}")
    seen = [{"id": task_id, "version": task["version"]}]
    moved = await dispatcher.post("/api/task-moves", {"tasks": seen, "rep_id": rep_id, "overrule": True})
    return str(moved["id"])


async def _conflict(dispatcher: Person, ann: Caller, reps: dict[str, str]) -> tuple[str, str]:
    """What Ann did at a door whose task had gone to Bob."""
    task_id = await _task(dispatcher, reps["ann"])
    version = (await dispatcher.get(f"/api/tasks/{task_id}"))["version"]
    given = {"rep_id": reps["bob"], "version": version, "overrule": True}
    await dispatcher.post(f"/api/tasks/{task_id}/assignment", given)
    now = datetime.now(UTC)
    acts = [
        {"id": str(uuid7(now)), "sequence": number, "kind": kind, "task_id": task_id, "at": now.isoformat()}
        for number, kind in enumerate(("acceptance", "travel", "arrival", "completion"), 1)
    ]
    for act in acts:
        act["body"] = {"note": "tightened"} if act["kind"] == "completion" else {}
    await ann.post("/api/device-actions", {"device": str(uuid4()), "actions": acts})
    (conflict,) = (await dispatcher.get(f"/api/tasks/{task_id}"))["conflicts"]
    return task_id, str(conflict["id"])


async def _visit(
    customer: Person, technician: Person, dispatcher: Person, ann: Caller, rep_id: str
) -> tuple[str, str]:
    """The road from a picture to a job that Ann has accepted, of which the customer has said something: the
    ids of the picture and of the word.
    """
    here = f"/api/requests/{customer.request_id}"
    lon, lat = inside("A1")
    place = {"address": "1 Harbour Road", "lon": lon, "lat": lat, "source": "pin"}
    await customer.patch(here, {"version": (await customer.get(here))["version"], "place": place})
    await customer.post(f"{here}/queue-entry")
    await technician.post(f"{here}/acceptance")
    still = await customer.upload(f"{here}/stills", picture(), client_id=str(uuid4()))
    await technician.post(f"{here}/call-end")
    found = {"ownership": "before_meter", "fault": "coupling_nut_loose", "severity": "major"}
    await technician.put(f"{here}/verdict", found | {"still_ids": [still["id"]]})
    outcome = {"outcome": "needs_visit", "note": "", "visit": {"parts": []}}
    await technician.post(f"{here}/outcome", outcome)
    async with asyncio.timeout(WITHIN_S):
        while not (made := [t for t in await dispatcher.get("/api/tasks") if _is_of(t, customer)]):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        said = {"client_id": str(uuid4()), "kind": "worse"}
        await customer.post(f"{here}/visit-words", said)
        task = await dispatcher.get(f"/api/tasks/{made[0]['id']}")
        if (task["rep"] or {}).get("id") != rep_id:
            body = {"rep_id": rep_id, "version": task["version"], "overrule": True}
            await dispatcher.post(f"/api/tasks/{task['id']}/assignment", body)
        await ann.post(f"/api/tasks/{task['id']}/acceptance")
        while (await ann.http.get(here)).status_code != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return str(still["id"]), said["client_id"]


def _is_of(task: dict[str, Any], customer: Person) -> bool:
    return bool(task["request_id"] == str(customer.request_id))


# what is sent ---------------------------------------------------------------------------------------


BEYOND_THE_SCHEMA: dict[str, dict[str, Any]] = {"draw_mark": {"tool": "arrow", "points": [[0, 0], [1, 1]]}}
"""What a body must be beyond what its schema can say."""


def sample(model: type[BaseModel]) -> dict[str, Any]:
    """The smallest body that a declaration takes."""
    schema = model.model_json_schema()
    made: dict[str, Any] = _sample(schema, schema.get("$defs", {}))
    return made


def _sample(schema: dict[str, Any], defs: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _sample(defs[schema["$ref"].rpartition("/")[2]], defs)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if "prefixItems" in schema:
        return [_sample(part, defs) for part in schema["prefixItems"]]
    match schema.get("type"):
        case "object":
            required = schema.get("required", [])
            return {name: _sample(schema["properties"][name], defs) for name in required}
        case "array":
            return [_sample(schema["items"], defs) for _ in range(schema.get("minItems", 0))]
        case "integer" | "number":
            return schema.get("minimum", 0)
        case "boolean":
            return False
        case "string":
            return _text(schema)
    return None


def _text(schema: dict[str, Any]) -> str:
    if schema.get("format") == "uuid":
        return str(uuid4())
    text = "a" * max(int(schema.get("minLength", 1)), 1)
    if "pattern" in schema and not re.fullmatch(schema["pattern"], text):
        text = "a" * 32
    return text


def sent(operation: Operation, *, sound: bool) -> dict[str, Any]:
    """What goes in: sound for those who must be refused all the same; with an unknown field for the others,
    who are let in as far as the validation, and change nothing."""
    if operation.form:
        return {
            "files": {"file": ("a.png", picture() if sound else b"?")},
            "data": {"client_id": str(uuid4())},
        }
    if operation.body is not None:
        body = sample(operation.body) | BEYOND_THE_SCHEMA.get(operation.name, {})
        return {"json": body | ({} if sound else {"unknown": 1})}
    if operation.query is not None and operation.name == "get_zone_at":
        return {"params": dict(zip(("lon", "lat"), inside("A1"), strict=True))}
    return {}
