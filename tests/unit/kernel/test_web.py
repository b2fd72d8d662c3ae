"""A declared route validates, guards, answers and documents itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette

from kernel.actors import Role, Surface
from kernel.clock import ManualClock, SystemClock
from kernel.database import Database
from kernel.events.bus import connect_redis
from kernel.events.lease import Leases
from kernel.identity.guesses import Guesses, TooManyGuesses
from kernel.identity.links import create_link
from kernel.identity.sessions import start_session
from kernel.identity.staff import add_staff
from kernel.settings import Settings
from kernel.sql.base import Base
from kernel.web import Api, Call, House, Limit, Upload, anyone, customer, role
from kernel.web.api import MAX_JSON_BYTES
from kernel.web.faults import FAULTS_TOLD, faults_of
from kernel.web.limits import RateLimiter, counted_as
from kernel.web.openapi import document
from kernel.web.sent import validated
from kernel.web.serve import routes
from kernel.web.sessions import SIGN_IN_NAME
from kernel.web.sessions import api as sessions
from tests.rig.work import steps_of

demo = Api("demo")


class Pipe(BaseModel):
    model_config = ConfigDict(extra="forbid")

    length_m: float = Field(gt=0)
    name: str = Field(min_length=1)


class Paging(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(10, ge=1, le=100)


@demo.post("/api/pipes", who=role("technician"), summary="Lay a pipe", status=201)
async def lay_pipe(call: Call, body: Pipe) -> Pipe:
    return body


@demo.get("/api/pipes", who=anyone(), summary="List pipes", limit=Limit("pipes", per_minute=1, burst=3))
async def list_pipes(call: Call, query: Paging) -> list[int]:
    return [query.limit]


@demo.get("/api/requests/{request_id}", who=customer() | role("technician"), summary="Read a request")
async def read_request(call: Call, request_id: UUID) -> str:
    return str(request_id)


@demo.post("/api/pictures", who=anyone(), summary="Send a picture", max_bytes=1000)
async def send_picture(call: Call, form: Upload) -> int:
    return len(form.file)


@demo.get("/api/broken", who=anyone(), summary="A fault of our own")
async def broken(call: Call) -> int:
    raise RuntimeError("nobody foresaw this")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/t.db")
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield database
    await database.close()


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    # A Redis that is away: the doors must stay open, and the rate limits closed.
    redis = connect_redis("redis://127.0.0.1:1")
    house = House(
        settings=Settings(public_url="https://water.example"),
        database=database,
        redis=redis,
        clock=SystemClock(),
        leases=Leases(redis, "test"),
        limiter=RateLimiter(redis, SystemClock()),
    )
    transport = httpx.ASGITransport(
        Starlette(routes=routes([demo, sessions], house)), raise_app_exceptions=False
    )
    async with httpx.AsyncClient(transport=transport, base_url="https://water.example") as client:
        yield client
    await redis.aclose()


async def _technician(database: Database) -> str:
    async with database.unit_of_work() as uow:
        staff = await add_staff(
            uow, username="lin", name="林", roles=frozenset({Role.TECHNICIAN}), password="drip drip"
        )
    return str(staff.id)


async def _signed_in(client: httpx.AsyncClient, database: Database) -> dict[str, str]:
    await _technician(database)
    credentials = {"username": "lin", "password": "drip drip", "surface": "desk", "bearer": True}
    answer = await client.post("/api/sessions", json=credentials)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['session']['token']}"}


@pytest.mark.parametrize(
    ("roles", "asked", "told"),
    [
        (["rep"], {}, "rep"),
        (["rep"], {"wanted": "desk"}, "rep"),
        (["dispatcher"], {"wanted": "desk"}, "console"),
        (["technician"], {}, "desk"),
        (["technician", "rep"], {"wanted": "rep"}, "rep"),
        (["technician", "rep"], {"surface": "desk"}, "desk"),
        (["technician", "rep"], {"surface": "desk", "wanted": "rep"}, "desk"),
        (["technician", "rep"], {}, ["desk", "rep"]),
        (["technician", "rep"], {"wanted": "console"}, ["desk", "rep"]),
        (["supervisor"], {}, ["desk", "console", "counter"]),
        (["rep"], {"surface": "desk"}, "wrong_surface"),
        ([], {}, "wrong_surface"),
        ([], {"wanted": "rep"}, "wrong_surface"),
        (["rep"], {"surface": "customer"}, "invalid"),
        (["rep"], {"wanted": "customer"}, "invalid"),
    ],
)
async def test_roles_say_where_somebody_signs_in(
    client: httpx.AsyncClient,
    database: Database,
    roles: list[str],
    asked: dict[str, str],
    told: str | list[str],
) -> None:
    async with database.unit_of_work() as uow:
        held = frozenset(map(Role, roles))
        await add_staff(uow, username="lin", name="林", roles=held, password="drip drip")
    answer = await client.post("/api/sessions", json={"username": "lin", "password": "drip drip", **asked})
    body = answer.json()
    if answer.status_code == 201:
        assert body["surface"] == told and f"__Host-curbstop-{told}=" in answer.headers["set-cookie"]
        assert (await client.get("/api/me", headers={"Curbstop-Surface": str(told)})).status_code == 200
        return
    assert "set-cookie" not in answer.headers
    if isinstance(told, list):
        assert (answer.status_code, body["error"]["code"]) == (409, "surface_needed")
        assert body["error"]["params"] == {"surfaces": told}
    else:
        assert body["error"]["code"] == told


async def test_where_one_may_sign_in_is_told_to_nobody_else(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.unit_of_work() as uow:
        held = frozenset({Role.SUPERVISOR})
        await add_staff(uow, username="lin", name="林", roles=held, password="drip drip")
    answer = await client.post("/api/sessions", json={"username": "lin", "password": "drop drop"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "wrong_password")
    assert answer.json()["error"]["params"] == {}


async def test_nobody_may_call_a_route_for_technicians(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/pipes", json={"length_m": 1, "name": "a"})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthenticated"


async def test_all_faults_of_a_body_are_told_at_once(client: httpx.AsyncClient, database: Database) -> None:
    headers = await _signed_in(client, database)
    body = {"length_m": -1, "name": "", "colour": "blue"}
    answer = await client.post("/api/pipes", json=body, headers=headers)
    assert answer.status_code == 422
    faults = {(fault["where"], fault["code"]) for fault in answer.json()["error"]["faults"]}
    assert faults == {
        ("body.length_m", "field_invalid"),
        ("body.name", "field_invalid"),
        ("body.colour", "field_unknown"),
    }


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000, b"nul", b'{"\\ud800": 1}'])
async def test_garbage_is_refused_and_nothing_breaks(
    client: httpx.AsyncClient, database: Database, content: bytes
) -> None:
    headers = await _signed_in(client, database) | {"Content-Type": "application/json"}
    answer = await client.post("/api/pipes", content=content, headers=headers)
    assert answer.status_code == 422


async def test_too_large_a_body_is_refused(client: httpx.AsyncClient, database: Database) -> None:
    headers = await _signed_in(client, database)
    answer = await client.post("/api/pipes", json={"length_m": 1, "name": "a" * 300_000}, headers=headers)
    assert answer.status_code == 413


async def test_an_upload_is_counted_while_it_arrives(client: httpx.AsyncClient) -> None:
    small = await client.post("/api/pictures", files={"file": ("a.png", b"x" * 900)})
    assert (small.status_code, small.json()) == (200, 900)
    for size in (1001, 500_000):
        answer = await client.post("/api/pictures", files={"file": ("a.png", b"x" * size)})
        assert answer.status_code == 413
    nothing = await client.post("/api/pictures", files={"other": ("a.png", b"x")})
    assert nothing.status_code == 422


async def test_wrong_password_and_unknown_name_look_the_same(
    client: httpx.AsyncClient, database: Database
) -> None:
    await _technician(database)
    answers = [
        await client.post("/api/sessions", json={"username": name, "password": "no", "surface": "desk"})
        for name in ("lin", "nobody")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


async def test_a_browser_session_needs_its_surface_and_our_origin(
    client: httpx.AsyncClient, database: Database
) -> None:
    await _technician(database)
    credentials = {"username": "lin", "password": "drip drip", "surface": "desk"}
    answer = await client.post("/api/sessions", json=credentials)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-curbstop-desk=") and "HttpOnly" in cookie and "Secure" in cookie
    assert answer.json()["session"] is None
    assert (await client.get("/api/me")).status_code == 401, "a cookie alone says nothing"
    desk = {"Curbstop-Surface": "desk"}
    assert (await client.get("/api/me", headers=desk)).json()["name"] == "林"
    pipe = {"length_m": 1, "name": "a"}
    foreign = desk | {"Origin": "https://elsewhere.example"}
    assert (await client.post("/api/pipes", json=pipe, headers=foreign)).status_code == 403
    own = desk | {"Origin": "https://water.example"}
    assert (await client.post("/api/pipes", json=pipe, headers=own)).status_code == 201
    assert (await client.delete("/api/sessions/current", headers=own)).status_code == 204
    client.cookies.set("__Host-curbstop-desk", cookie.split("=", 1)[1].split(";")[0])
    assert (await client.get("/api/me", headers=desk)).status_code == 401


async def test_a_sign_in_link_opens_on_one_device(client: httpx.AsyncClient, database: Database) -> None:
    from datetime import timedelta

    staff_id = UUID(await _technician(database))
    async with database.unit_of_work() as uow:
        token = await create_link(uow, Surface.DESK, timedelta(minutes=5), staff_id=staff_id)
    body = {"token": token, "surface": "desk"}
    first = await client.post("/api/sign-in-links/redemption", json=body)
    assert first.status_code == 201
    again = await client.post(
        "/api/sign-in-links/redemption", json=body, headers={"Curbstop-Surface": "desk"}
    )
    assert again.status_code == 201, "the same device simply goes on"
    client.cookies.clear()
    other = await client.post("/api/sign-in-links/redemption", json=body)
    assert (other.status_code, other.json()["error"]["code"]) == (410, "link_spent")


async def test_a_customer_sees_only_the_own_request(client: httpx.AsyncClient, database: Database) -> None:
    from datetime import timedelta

    async with database.unit_of_work() as uow:
        own, other = uow.new_id(), uow.new_id()
        session = await start_session(uow, Surface.CUSTOMER, timedelta(days=1), request_id=own)
    headers = {"Authorization": f"Bearer {session.token}"}
    assert (await client.get(f"/api/requests/{own}", headers=headers)).status_code == 200
    assert (await client.get(f"/api/requests/{other}", headers=headers)).status_code == 404
    assert (await client.get("/api/requests/not-an-id", headers=headers)).status_code == 404


async def test_the_rate_limit_holds_with_redis_away(client: httpx.AsyncClient) -> None:
    answers = [await client.get("/api/pipes") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


async def test_our_own_fault_tells_nothing_of_the_inside(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/broken")
    assert answer.status_code == 500
    assert "nobody foresaw" not in answer.text


async def test_errors_come_in_the_callers_language(client: httpx.AsyncClient) -> None:
    texts = {
        language: (await client.get("/api/me", headers={"Accept-Language": language})).json()["error"][
            "message"
        ]
        for language in ("en", "zh-CN", "zh-TW")
    }
    assert len(set(texts.values())) == 3


def test_the_document_describes_every_route() -> None:
    described = document([demo, sessions], title="t", version="1", server="https://water.example")
    assert set(described["paths"]) >= {"/api/pipes", "/api/requests/{request_id}", "/api/sessions"}
    lay = described["paths"]["/api/pipes"]["post"]
    assert lay["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Pipe"
    }
    assert set(lay["responses"]) == {"201", "401", "403", "413", "415", "422", "503"}
    assert described["components"]["schemas"]["Pipe"]["additionalProperties"] is False


def test_two_models_of_one_name_are_refused() -> None:
    other = Api("other")

    def shown() -> type[BaseModel]:
        class Pipe(BaseModel):
            bends: int

        return Pipe

    async def read_pipe(call: Call) -> BaseModel:
        raise NotImplementedError

    read_pipe.__annotations__["return"] = shown()
    other.get("/api/other-pipe", who=anyone(), summary="Another pipe")(read_pipe)
    with pytest.raises(TypeError, match="Pipe"):
        document([demo, other], title="t", version="1", server="https://water.example")


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:" + "x" * 100, "unix:" + "x" * 59),
    ],
)
def test_a_subscriber_is_one_caller_whatever_address_of_theirs_calls(host: str, counted: str) -> None:
    assert counted_as(host) == counted


async def test_guesses_at_one_name_are_counted_wherever_they_come_from(database: Database) -> None:
    """Each guess from another address: the name has a bucket of its own, and others sign in meanwhile."""
    redis, clock = connect_redis("redis://127.0.0.1:1"), ManualClock(datetime(2026, 11, 21, tzinfo=UTC))
    house = House(
        settings=Settings(),
        database=database,
        redis=redis,
        clock=clock,
        leases=Leases(redis, "test"),
        limiter=RateLimiter(redis, clock),
    )
    app = Starlette(routes=routes([sessions], house))
    found = []
    for number in range(SIGN_IN_NAME.burst + 2):
        transport = httpx.ASGITransport(app, client=(f"203.0.113.{number}", 1))
        guess = {"username": "lin", "password": "guess", "surface": "desk"}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            found.append((await client.post("/api/sessions", json=guess)).status_code)
            if number == SIGN_IN_NAME.burst + 1:
                other = await client.post("/api/sessions", json=guess | {"username": "chen"})
                assert other.status_code == 401
    assert found[0] == 401 and found[-1] == 429
    await redis.aclose()


async def test_a_name_no_database_keeps_is_refused_at_the_door(client: httpx.AsyncClient) -> None:
    body = {"username": "l\x00n", "password": "drip drip", "surface": "desk"}
    assert (await client.post("/api/sessions", json=body)).status_code == 422


class Drawing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    points: list[tuple[float, float]] = Field(max_length=512)
    name: str = ""


BUSY = {
    "unknown fields": b"{" + b",".join(b'"f%05d":0' % number for number in range(4000)) + b"}",
    "wrong items": b'{"points": [' + b"0," * 4000 + b"0]}",
    "wrong parts of items": b'{"points": [' + b'["",""],' * 1300 + b"[]]}",
    "a long name": b'{"' + b"x" * 239_000 + b'": 0}',
    "too many to look at": b"[" + b"0," * 119_000 + b"0]",
    "too deep to look at": b'{"a":' * 40_000,
    "text": b'{"name": "' + b"x" * 239_000 + b'"}',
}


@pytest.mark.parametrize("kind", BUSY)
def test_the_work_for_a_body_is_bounded_whatever_it_holds(kind: str) -> None:
    """Counted in calls, for the most that passes the door; each further fault costs nothing."""

    def refuse() -> None:
        try:
            validated(Drawing, BUSY[kind])
        except ValidationError as error:
            told = faults_of(error, "body")
            assert len(told) <= FAULTS_TOLD
            assert sum(len(fault.where) + len(fault.detail) for fault in told) < 16_000

    assert len(BUSY[kind]) <= MAX_JSON_BYTES
    assert steps_of(refuse) < 1000


NIGHT = datetime(2026, 11, 21, tzinfo=UTC)


async def tries_in_a_day(addresses: int) -> int:
    """How often one name can be tried by somebody who always comes back at the first moment."""
    clock = ManualClock(NIGHT)
    redis = connect_redis("redis://127.0.0.1:1")
    guesses, tries = Guesses(redis, clock), 0
    while clock.now() < NIGHT + timedelta(days=1):
        try:
            await guesses.take("lin", f"203.0.113.{tries % addresses}")
            tries += 1
        except TooManyGuesses as refused:
            clock.advance(float(str(refused.params["retry_after"])))
    await redis.aclose()
    return tries


@pytest.mark.parametrize(("addresses", "most"), [(1, 150), (200, 350)])
async def test_a_name_is_guessed_at_a_few_hundred_times_a_day(addresses: int, most: int) -> None:
    assert await tries_in_a_day(addresses) <= most


async def test_who_mistypes_a_few_times_signs_in_at_once_and_then_has_all_tries_again(
    client: httpx.AsyncClient, database: Database
) -> None:
    await _technician(database)
    body = {"username": "lin", "surface": "desk", "password": "drop"}
    for _ in range(2):
        for _ in range(3):
            assert (await client.post("/api/sessions", json=body)).status_code == 401
        answer = await client.post("/api/sessions", json=body | {"password": "drip drip"})
        assert answer.status_code == 201


async def test_who_guesses_too_often_is_told_how_long_to_wait(client: httpx.AsyncClient) -> None:
    body = {"username": "lin", "surface": "desk", "password": "drop"}
    answers = [
        await client.post("/api/sessions", json=body, headers={"Accept-Language": "en"}) for _ in range(6)
    ]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    error = answers[-1].json()["error"]
    assert error["code"] == "too_many_guesses" and "1 min" in error["message"]
    assert int(answers[-1].headers["Retry-After"]) <= 3
