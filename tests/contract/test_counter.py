"""The counter: accounts come in and are found, callers are asked for, answered, handed over."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from assist.accounts.api import api as accounts_api
from assist.accounts.commands import import_accounts, told_accounts
from assist.accounts.tables import Account, AccountRegister, AccountToken
from assist.counter.api import api as counter_api
from assist.desk.api import api as desk_api
from assist.desk.requests import composer
from assist.guide.guides import load_guides
from assist.invitation.api import api as invitation_api
from assist.request.answers import RequestComposer
from assist.services import AssistServices
from kernel.actors import SYSTEM, Role
from kernel.audit import AuditEntry
from kernel.database import Database
from kernel.files.refusal import ImportRefused
from kernel.identity.staff import actor_of, add_staff
from kernel.pictures.blobs import Blobs
from kernel.web.serve import routes
from tests.rig.people import Caller, Refusal
from tests.rig.town import Town

Json = dict[str, Any]
FILE = """account,name,phone,address,meter,language,dependant
A-1001,林小美,138 0013 8000,海珠区中山北路1025弄3号202室,WM-778899,zh-Hans,是
A-1002,Jean Dupont,+33 6 12 34 56 78,12 Rue Grimaldi,M55-1234,en,no
A-1003,王伟,010-6552 9988,解放路12号,M55-9999,,
"""


@pytest.fixture
async def counter(town: Town, tmp_path: Path) -> Town:
    """The town with the doors of the other wing that the counter needs."""
    guides = load_guides()
    assist = AssistServices(guides=guides, blobs=Blobs(tmp_path / "b"), base_url="https://water.example")
    services = {**town.house.services, AssistServices: assist, RequestComposer: composer(guides)}
    house = dataclasses.replace(town.house, services=services)
    apis = (accounts_api, counter_api, invitation_api, desk_api)
    town.__dict__["_doors"] = Starlette(routes=routes((*apis,), house))
    return town


async def newcomer(town: Town, username: str, role: Role) -> Caller:
    person = await town.database.run(add_staff, username=username, name=username, roles=frozenset({role}))
    town.people[username] = actor_of(person)
    return await town.caller(username)


@pytest.fixture
async def agent(counter: Town) -> Caller:
    return await newcomer(counter, "lu", Role.AGENT)


@pytest.fixture
async def keeper(counter: Town) -> Caller:
    return await newcomer(counter, "sun", Role.SUPERVISOR)


async def load(database: Database, text: str = FILE) -> Any:
    return await import_accounts(database, SYSTEM, text.encode())


async def found(agent: Caller, text: str) -> list[tuple[str, str]]:
    answer = await agent.post("/api/counter/lookups", {"text": text})
    return [(hit["reference"], hit["by"]) for hit in answer["hits"]]


async def ask(agent: Caller, **more: Any) -> Json:
    body = {"client_id": str(uuid4()), "category": "leak", "phone": "13800138000"} | more
    asked: Json = await agent.post("/api/counter/requests", body)
    return asked


async def refusal(coming: Any) -> tuple[int, str, list[str]]:
    with pytest.raises(Refusal) as refused:
        await coming
    error = refused.value.body["error"]
    return refused.value.status, error["code"], [fault["where"] for fault in error.get("faults", [])]


async def test_an_account_is_found_by_whatever_is_known_of_it(town: Town, agent: Caller) -> None:
    report = await load(town.database)
    assert (report.added, report.changed, report.accounts) == (3, 0, 3)
    for text in ("13800138000", "+86 138-0013 8000", "008613800138000", "8000", "１３８ ００１３ ８０００"):
        assert await found(agent, text) == [("A-1001", "phone")], text
    for text in ("林", "小美", "中山北路1025", "海珠区中山", "wm-7788", "a1001"):
        assert [each for each, _ in await found(agent, text)] == ["A-1001"], text
    for text in ("dupont", "DUPONT jean", "rue grim", "12 rue", "grimaldi 12", "m551234"):
        assert [each for each, _ in await found(agent, text)] == ["A-1002"], text
    for text in ("", "1", "%", "_", "\\", "' or 1=1", "xyz", "😀", "99", "a" * 120):
        assert await found(agent, text) == [], text


async def test_a_later_file_replaces_by_reference_and_leaves_the_rest(town: Town, agent: Caller) -> None:
    await load(town.database)
    again = await load(town.database)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 3)
    changed = "account,name,phone\nA-1001,林大美,13900139000\nA-1004,New,\n"
    report = await load(town.database, changed)
    assert (report.added, report.changed, report.accounts) == (1, 1, 4)
    assert await found(agent, "13800138000") == []
    assert await found(agent, "9000") == [("A-1001", "phone")]
    assert await found(agent, "dupont") == [("A-1002", "name")]
    async with town.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Account)) == 4
        orphans = select(func.count()).where(AccountToken.account.not_in(select(Account.number)))
        assert await session.scalar(orphans) == 0


async def test_a_file_with_faults_tells_them_all_and_nothing_of_it_is_taken(
    town: Town, agent: Caller
) -> None:
    bad = "account,name,language,dependant\n,a,,\nX,b,klingon,maybe\nX,c,,\nY,\x07,,\nZ,ok\n"
    with pytest.raises(ImportRefused) as refused:
        await load(town.database, bad)
    told = [(fault.code, fault.where) for fault in refused.value.faults]
    assert told == [
        ("missing_field", "line 2, account"),
        ("unknown_language", "line 3, language"),
        ("not_yes_or_no", "line 3, dependant"),
        ("duplicate_account", "line 4, account"),
        ("bad_account_text", "line 5, name"),
        ("wrong_cell_count", "line 6"),
    ]
    async with town.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Account)) == 0
    for garbage in (b"", b"\x00\x01", b"name\nx", b"{}", b"account;name\n1;2", "account\n".encode("utf-16")):
        told_first = next(told_accounts(garbage, "", "CN"))
        assert told_first is not None and not isinstance(told_first, list) and told_first.faults, garbage


async def test_a_supervisor_takes_a_file_in_and_erases_one_account_or_all(
    town: Town, keeper: Caller, agent: Caller
) -> None:
    assert (await keeper.get("/api/accounts"))["at"] is None
    tried = await keeper.upload("/api/imports/accounts?dry_run=true", FILE.encode(), name="a.csv")
    assert (tried["added"], tried["dry_run"]) == (3, True)
    assert await found(agent, "8000") == []
    await keeper.upload("/api/imports/accounts", FILE.encode(), name="a.csv")
    assert (await keeper.get("/api/accounts"))["accounts"] == 3
    await keeper.post("/api/accounts/erasures", {"reference": "A-1001"})
    assert await found(agent, "8000") == [] and len(await found(agent, "dupont")) == 1
    assert (await refusal(keeper.post("/api/accounts/erasures", {"reference": "A-1001"})))[0] == 404
    await keeper.delete("/api/accounts")
    assert await found(agent, "dupont") == []
    async with town.database.reading() as session:
        for table in (Account, AccountToken):
            assert await session.scalar(select(func.count()).select_from(table)) == 0
        register = await session.scalar(select(AccountRegister))
        assert register is not None and register.accounts == 0
    await keeper.upload("/api/imports/accounts", FILE.encode(), name="a.csv")
    assert len(await found(agent, "dupont")) == 1


async def test_who_looks_is_written_down_and_never_the_words(town: Town, agent: Caller) -> None:
    await load(town.database)
    await found(agent, "13800138000")
    async with town.database.reading() as session:
        entries = list(
            await session.scalars(select(AuditEntry).where(AuditEntry.action == "accounts_looked_up"))
        )
    assert [entry.detail for entry in entries] == [{"hits": 1, "kinds": ["phone"]}]


async def test_a_caller_is_asked_for_and_what_is_open_is_seen_at_the_next_call(
    town: Town, agent: Caller, keeper: Caller
) -> None:
    await load(town.database)
    place = {"address": "解放路12号"}
    body: Json = {"client_id": str(uuid4()), "channel": "window", "place": place, "description": "滴水"}
    asked = await ask(agent, **body)
    assert (asked["state"], asked["channel"], asked["mine"]) == ("guiding", "window", True)
    assert (await ask(agent, **body))["id"] == asked["id"]
    answer = await agent.post("/api/counter/lookups", {"text": "8000"})
    assert [each["id"] for each in answer["hits"][0]["open"]] == [asked["id"]]
    by_place = await keeper.post("/api/counter/lookups", {"text": "王伟"})
    assert [each["id"] for each in by_place["hits"][0]["open"]] == [asked["id"]]
    assert not by_place["hits"][0]["open"][0]["mine"]
    unknown = await agent.post("/api/counter/lookups", {"text": "13800138000"})
    assert unknown["phone"] == "+8613800138000" and len(unknown["open"]) == 1


async def test_one_act_each_link_answer_queue(town: Town, agent: Caller) -> None:
    first, second, third = [await ask(agent) for _ in range(3)]
    here = "/api/counter/requests"
    link = await agent.post(f"{here}/{first['id']}/link")
    assert "#i=" in link["link"] and link["qr_svg"].startswith("<svg")
    phone = await town.caller(None)
    opened = await phone.post(
        "/api/invitations/redemption", {"token": link["link"].partition("#i=")[2]} | {"bearer": True}
    )
    assert opened["id"] == first["id"]
    fresh = {"version": second["version"], "note": "总阀在门外"}
    answered = await agent.post(f"{here}/{second['id']}/answer", fresh)
    assert answered["state"] == "resolved"
    assert (await refusal(agent.post(f"{here}/{second['id']}/answer", {"note": "again"})))[1] == "wrong_state"
    waiting = await agent.post(f"{here}/{third['id']}/queue-entry", {"version": third["version"]})
    assert waiting["state"] == "waiting"
    again = await agent.post(f"{here}/{third['id']}/queue-entry", {})
    assert again["version"] == waiting["version"]


async def test_what_is_wrong_is_told_at_once(town: Town, agent: Caller) -> None:
    status, code, where = await refusal(
        agent.post("/api/counter/requests", {"category": "fire", "channel": "owl", "client_id": "x", "a": 1})
    )
    assert (status, code) == (422, "invalid") and len(where) == 4
    status, code, where = await refusal(ask(agent, phone=""))
    assert (status, code, where) == (422, "caller_unknown", ["body.phone", "body.place"])
    assert (await refusal(ask(agent, phone="12")))[1] == "phone_invalid"
    assert (await refusal(agent.post("/api/counter/lookups", {"text": "a\x00b"})))[0] == 422
    assert (await refusal(agent.post(f"/api/counter/requests/{uuid4()}/link")))[0] == 404


async def test_others_stay_outside(town: Town, agent: Caller, keeper: Caller) -> None:
    for name in ("dora", "ann", None):
        somebody = await town.caller(name)
        wanted = 401 if name is None else 403
        assert (await refusal(somebody.post("/api/counter/lookups", {"text": "x"})))[0] == wanted
        assert (await refusal(somebody.get("/api/accounts")))[0] == wanted
    assert (await refusal(agent.get("/api/accounts")))[0] == 403
    assert (await refusal(agent.delete("/api/accounts")))[0] == 403
    assert (await refusal(agent.get("/api/queue")))[0] == 403
    asked = await ask(keeper)
    assert (await refusal(agent.post(f"/api/counter/requests/{asked['id']}/answer", {"note": "x"})))[0] == 404
