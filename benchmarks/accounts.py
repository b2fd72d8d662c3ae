"""The register of a large utility: 4.6 million accounts, and callers looked up in it as an agent types them.

Accounts are made up from their number alone: Chinese and Latin names as common as they are in a city, lanes
and doors on 9,000 streets, mobile numbers, meters. 50,000 of them come in by the import itself, for its rate;
the rest is written in the order of the index, which no import does, because at that rate it would take hours:
rows and tokens are the same. Beside them are requests of callers, most of them over, since each hit shows
what is open there. A look-up is what the API does: recognise, read, and write down who looked.
Each on both foundations; the page cache is warm, as it is at the tenth call of a day.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import insert, text
from sqlalchemy.engine import make_url

from assist.accounts.commands import import_accounts
from assist.accounts.tables import BATCH, REGISTER, AccountRegister
from assist.accounts.writing import Written, tokens_of
from assist.counter.queries import counter_lookup
from assist.request.kinds import Asker, Category, Skill
from assist.request.request import State
from assist.request.tables import Customer, ServiceRequest
from benchmarks import Figure, Line, Missing, percentile
from kernel.actors import SYSTEM, Actor, Role
from kernel.database import Database, UnitOfWork
from kernel.identity.staff import actor_of, add_staff
from tests.rig.foundations import MORNING, Foundry, Kind

ACCOUNTS: Final = 4_600_000
BY_IMPORT: Final = 50_000
REQUESTS: Final = 400_000
"""Requests of former callers; one in fifty is open."""
WARM: Final = 60
EACH: Final = 200
"""Look-ups of each kind of question."""
PART: Final = 20_000

_SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"
_GIVEN: Final = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华文建国红玉梅志海燕云飞鹏辉丹晓宇欣怡子轩浩然雨涵"
)
_FIRST: Final = "Mary John Wei Anna Peter Lucia Omar Ivan Sofia Kwame Jean Aiko".split()
_LAST: Final = "Smith Chan Dupont Garcia Müller Okafor Ivanova Rossi Tanaka Wong Nguyen Kowalski".split()
_DISTRICTS: Final = (
    "浦东新区",
    "徐汇区",
    "静安区",
    "黄浦区",
    "长宁区",
    "普陀区",
    "虹口区",
    "杨浦区",
    "闵行区",
)
_STREETS: Final = "中山人民解放和平建设光明胜利长江黄河东西南北新华文化工农兴业延安淮海北京天津福州"
_ROADS: Final = ("路", "街", "大道", "东路", "西路")


def run(preset: str = "full") -> Iterator[Line]:
    """p50 and p99 of each kind of question, and of all, on each foundation."""
    quick = preset == "quick"
    accounts = int(os.environ.get("BENCH_ACCOUNTS", 100_000 if quick else ACCOUNTS))
    requests = min(REQUESTS, accounts // 5)
    with tempfile.TemporaryDirectory(prefix="curbstop-accounts-") as folder:
        files = _written(Path(folder), accounts)
        foundry = Foundry(Path(folder), durable=True)
        try:
            for kind in ("embedded", "full"):
                try:
                    yield from _measured(foundry, kind, Path(folder) / kind, files, accounts, requests)
                except Exception as error:  # pytest's "skip" is one, when a server is not installed
                    yield Missing(f"{type(error).__name__}: {error}", f"accounts.{kind}")
        finally:
            foundry.close()


@dataclass(frozen=True)
class Files:
    """The rows of both tables as PostgreSQL's COPY reads them, in the order of their keys."""

    accounts: Path
    tokens: Path


def account(number: int) -> Written:
    """The account of that number, always the same."""
    dice = random.Random(number)
    if dice.random() < 0.12:
        name = f"{dice.choice(_FIRST)} {dice.choice(_LAST)}"
    else:
        # Common surnames are several times as common as the rare ones.
        surname = _SURNAMES[int(len(_SURNAMES) * dice.random() ** 2)]
        name = surname + "".join(dice.choices(_GIVEN, k=1 if dice.random() < 0.2 else 2))
    street = random.Random(-1 - int(9_000 * dice.random() ** 1.5))
    road = street.choice(_DISTRICTS) + "".join(street.choices(_STREETS, k=3)) + street.choice(_ROADS)
    place = (
        f"{road}{dice.randint(1, 2400)}弄{dice.randint(1, 99)}号{dice.randint(1, 30)}0{dice.randint(1, 4)}室"
    )
    phone = f"+861{dice.randint(3_000_000_000, 9_999_999_999)}"
    return Written(f"{3_000_000_000 + number}", name, phone, place, f"WM{number * 7 % 99_999_989:08d}")


def _written(folder: Path, accounts: int) -> Files:
    rows, plain, tokens = folder / "accounts.tsv", folder / "tokens.plain", folder / "tokens.tsv"
    with rows.open("w") as out, plain.open("w") as index:
        for number in range(accounts):
            one, key = account(number), BATCH + number
            cells = (one.reference, one.name, one.phone, one.address, one.meter, "zh-Hans", "f")
            out.write(f"{key}\t" + "\t".join(cells) + "\n")
            index.write("".join(f"\\\\x{token.hex()}\t{key}\n" for token in tokens_of(one)))
    with tokens.open("wb") as out:
        command = ["sort", "--parallel=2", "-S", "2G", "-T", str(folder), str(plain)]
        subprocess.run(command, stdout=out, env={**os.environ, "LC_ALL": "C"}, check=True)
    plain.unlink()
    return Files(rows, tokens)


def _measured(
    foundry: Foundry, kind: Kind, data: Path, files: Files, accounts: int, requests: int
) -> Iterator[Figure]:
    data.mkdir()
    with foundry.make(kind, data) as foundation:
        seen = asyncio.run(_load(foundation.database_url, files, accounts, requests))
    everything = [ms for times in seen.took.values() for ms in times]
    context: dict[str, Any] = {
        "foundation": kind,
        "accounts": accounts,
        "requests": requests,
        "loaded_s": round(seen.loaded_s, 1),
        "megabytes": round(seen.bytes / 1e6),
        "lookups": len(everything),
        "answered": seen.answered,
        "slowest": seen.slowest,
    }
    name = f"accounts.lookup.{kind}"
    for asked, times in seen.took.items():
        own = {"foundation": kind, "accounts": accounts, "p50_ms": round(percentile(times, 0.5), 2)}
        yield Figure(f"{name}.{asked}.p99", round(percentile(times, 0.99), 2), "ms", 100, 20, "lower", own)
    yield Figure(f"{name}.p50", round(percentile(everything, 0.5), 2), "ms", None, None, "lower", context)
    yield Figure(f"{name}.p99", round(percentile(everything, 0.99), 2), "ms", 100, 20, "lower", context)
    yield Figure(
        f"accounts.import.{kind}", round(seen.import_rate), "accounts/s", None, None, "higher", context
    )


@dataclass
class Seen:
    """Milliseconds by kind of question; `slowest`: what was typed, and its milliseconds."""

    loaded_s: float
    import_rate: float
    bytes: int
    took: dict[str, list[float]]
    answered: int
    slowest: list[tuple[str, float]]


async def _load(url: str, files: Files, accounts: int, requests: int) -> Seen:
    database = Database(url)
    try:
        person = await database.run(add_staff, username="agent", name="agent", roles=frozenset({Role.AGENT}))
        agent = actor_of(person)
        begun = time.perf_counter()
        await _copy(database, url, files, accounts)
        await _callers(database, agent.id, accounts, requests)
        loaded_s = time.perf_counter() - begun
        await _analysed(database)
        many = min(BY_IMPORT, accounts)
        begun = time.perf_counter()
        await import_accounts(database, SYSTEM, _file(range(accounts, accounts + many)))
        rate = many / (time.perf_counter() - begun)
        took, answered, slowest = await _asked(database, agent, questions(random.Random(7), accounts))
        return Seen(loaded_s, rate, await _size(database, url), took, answered, slowest)
    finally:
        await database.close()


async def _copy(database: Database, url: str, files: Files, accounts: int) -> None:
    """The rows as they are, in the order of their keys."""
    if database.is_sqlite:
        await asyncio.to_thread(_copy_sqlite, make_url(url).database or "", files)
    else:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            await connection.execute("SET maintenance_work_mem = '1GB'")
            await connection.execute("ALTER TABLE account_token DROP CONSTRAINT pk_account_token")
            await connection.copy_to_table("account", source=files.accounts)
            await connection.copy_to_table("account_token", source=files.tokens)
            await connection.execute(
                "ALTER TABLE account_token ADD CONSTRAINT pk_account_token PRIMARY KEY (token, account)"
            )
        finally:
            await connection.close()

    async def publish(uow: UnitOfWork) -> None:
        uow.session.add(
            AccountRegister(
                id=REGISTER,
                emptied=0,
                published=1,
                loading=0,
                accounts=accounts,
                at=uow.now,
                actor_id=SYSTEM.id,
            )
        )

    await database.run(publish)


def _copy_sqlite(file: str, files: Files) -> None:
    connection = sqlite3.connect(file)
    try:
        connection.execute("PRAGMA synchronous=OFF")
        with files.accounts.open() as lines:
            rows = (line.rstrip("\n").split("\t") for line in lines)
            sql = "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            connection.executemany(sql, ((int(row[0]), *row[1:7], 0) for row in rows))
        with files.tokens.open() as lines:
            pairs = (line.split("\t") for line in lines)
            sql = "INSERT INTO account_token VALUES (?, ?)"
            connection.executemany(sql, ((bytes.fromhex(token[3:]), int(key)) for token, key in pairs))
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


async def _callers(database: Database, owner: UUID, accounts: int, requests: int) -> None:
    """Requests under the numbers and at the addresses of the register."""
    for first in range(0, requests, PART):

        async def some(uow: UnitOfWork, first: int = first) -> None:
            customers, rows = [], []
            for number in range(first, min(first + PART, requests)):
                one = account(number * (accounts // requests))
                customer, at = uow.new_id(), MORNING - timedelta(minutes=number)
                place = {"name": one.name, "phone": one.phone, "address": one.address}
                customers.append({"id": customer, **place})
                state = State.WAITING if number % 50 == 0 else State.CLOSED
                rows.append(
                    {
                        "id": uow.new_id(),
                        "version": 1,
                        "state": state,
                        "owner_id": owner,
                        "customer_id": customer,
                        "category": Category.LEAK,
                        "asker": Asker.RESIDENT,
                        "language": "zh-Hans",
                        "channel": "hotline",
                        "skill": Skill.LEAK_REPAIR,
                        "created_at": at,
                        "changed_at": at,
                    }
                )
            await uow.session.execute(insert(Customer), customers)
            await uow.session.execute(insert(ServiceRequest), rows)

        await database.run(some)


async def _analysed(database: Database) -> None:
    """What autovacuum, or the next start, does by itself."""
    async with database.engine.connect() as connection:
        apart = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await apart.execute(text("PRAGMA optimize" if database.is_sqlite else "VACUUM ANALYZE"))


async def _size(database: Database, url: str) -> int:
    if database.is_sqlite:
        return await asyncio.to_thread(os.path.getsize, make_url(url).database or "")
    async with database.engine.connect() as connection:
        sizes = "pg_total_relation_size('account') + pg_total_relation_size('account_token')"
        return int((await connection.execute(text(f"SELECT {sizes}"))).scalar_one())


def _file(numbers: range) -> bytes:
    lines = ["account,name,phone,address,meter"]
    for number in numbers:
        one = account(number)
        lines.append(",".join((one.reference, one.name, one.phone, one.address, one.meter)))
    return "\n".join(lines).encode()


def questions(dice: random.Random, accounts: int) -> list[tuple[str, str]]:
    """What agents type, by kind, in no order."""
    asked: list[tuple[str, str]] = []
    for _ in range(EACH):
        one = account(dice.randrange(accounts))
        number, road = one.phone[3:], one.address.partition("区")[2]
        asked += [
            ("phone", dice.choice((one.phone, number, f"{number[:3]} {number[3:7]} {number[7:]}"))),
            ("last_digits", number[-dice.choice((4, 5, 6, 8)) :]),
            ("name", one.name),
            ("part_of_name", one.name[: dice.choice((1, 2))] if one.name[0] > "z" else one.name[:3]),
            ("address", dice.choice((one.address, road))),
            ("part_of_address", dice.choice((road[:2], road[:4], road.partition("弄")[0]))),
            ("account", one.reference),
            ("meter", dice.choice((one.meter, one.meter[:6], one.meter.lower()))),
            ("nobody", dice.choice(("1990000", "龘龘龘", "Zzyzx", "XX-000000", "龘龘路12号"))),
        ]
    dice.shuffle(asked)
    return asked


async def _asked(
    database: Database, agent: Actor, asked: list[tuple[str, str]]
) -> tuple[dict[str, list[float]], int, list[tuple[str, float]]]:
    took: dict[str, list[float]] = {}
    all_of_them: list[tuple[str, float]] = []
    answered = 0
    for turn, (kind, typed) in enumerate((*asked[:WARM], *asked)):
        begun = time.perf_counter()
        async with database.reading() as session:
            found = await counter_lookup(session, agent, typed, "CN", "zh-Hans")
        await database.run(_looked_up, agent, len(found.hits))
        ms = (time.perf_counter() - begun) * 1000
        if turn >= WARM:
            took.setdefault(kind, []).append(ms)
            all_of_them.append((typed, round(ms, 1)))
            answered += bool(found.hits)
    return took, answered, sorted(all_of_them, key=lambda each: -each[1])[:5]


async def _looked_up(uow: UnitOfWork, actor: Actor, hits: int) -> None:
    await uow.audit(actor, "accounts_looked_up", "accounts", hits=hits)
