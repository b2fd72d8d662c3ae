"""The counter of a large utility: callers looked up among 4.6 million accounts while they speak.

Accounts as a billing system has them: Chinese names that thousands share, streets with hundreds of doors,
and every fifth in Latin letters. Then agents look callers up as they type: whole numbers and last digits,
names down to one letter, streets, half addresses, meters, and words that nobody has. Each look-up is what the
page asks for: recognised, found, and told with what is open there. On both foundations; one process.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assist.accounts.queries import register_of
from assist.accounts.tables import BATCH, Account, AccountToken
from assist.accounts.writing import Written, tokens_of
from assist.counter.queries import counter_lookup
from benchmarks import Figure, Line, Missing, percentile
from kernel.actors import SYSTEM
from kernel.database import Database, UnitOfWork
from kernel.sql.rows import insert_as_they_are
from tests.rig.foundations import Foundry, Kind

ACCOUNTS: Final = 4_600_000
FEW: Final = 100_000
LOOKUPS: Final = 2_000
AT_A_TIME: Final = 5_000
BATCH_HERE: Final = 1

_FAMILY: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN: Final = "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红玲丹萍鑫鹏"
_HAN: Final = "中山人民解放和平建设光明胜利长江黄河东西南北新华文化工农复兴延安淮海"
_FIRST: Final = "Jean Marie Paul Anna Louis Emma Hugo Alice Jules Rose".split()
_LAST: Final = "Dupont Martin Bernard Moreau Laurent Simon Michel Garcia Roux Blanc".split()


def run(preset: str = "full") -> Iterator[Line]:
    """The figure of each foundation; "quick" has fewer accounts."""
    accounts = FEW if preset == "quick" else ACCOUNTS
    kinds: tuple[Kind, ...] = ("embedded", "full")
    with tempfile.TemporaryDirectory(prefix="curbstop-accounts-") as folder:
        foundry = Foundry(Path(folder), durable=True)
        try:
            for kind in kinds:
                data = Path(folder) / kind
                data.mkdir()
                try:
                    with foundry.make(kind, data) as foundation:
                        loaded_s, took = asyncio.run(_measured(foundation.database_url, accounts))
                except Exception as error:  # pytest's "skip" is one, when a server is not installed
                    yield Missing(f"{type(error).__name__}: {error}", f"accounts.lookup.{kind}.p99")
                    continue
                yield _figure(kind, accounts, loaded_s, took)
        finally:
            foundry.close()


def _figure(kind: str, accounts: int, loaded_s: float, took: list[tuple[float, str, int]]) -> Figure:
    times = [ms for ms, _, _ in took]
    context: dict[str, object] = {
        "foundation": kind,
        "accounts": accounts,
        "lookups": len(took),
        "answered": sum(hits > 0 for _, _, hits in took),
        "p50_ms": round(percentile(times, 0.5), 2),
        "loaded_s": round(loaded_s, 1),
        "slowest": [(text, round(ms, 1)) for ms, text, _ in sorted(took, reverse=True)[:5]],
    }
    return Figure(
        f"accounts.lookup.{kind}.p99", round(percentile(times, 0.99), 2), "ms", 100, 20, "lower", context
    )


async def _measured(url: str, accounts: int) -> tuple[float, list[tuple[float, str, int]]]:
    """Seconds until they were in, and of each look-up the milliseconds, the words and the hits."""
    dice = random.Random(7)
    typed: list[str] = []
    database = Database(url)
    try:
        begun = time.perf_counter()
        rows = _accounts(dice, accounts, typed)
        for first in range(0, accounts, AT_A_TIME):
            await database.run(_store, first, list(itertools.islice(rows, AT_A_TIME)))
        await database.run(_publish, accounts)
        loaded_s = time.perf_counter() - begun
        took = []
        for text in _typed(dice, typed):
            async with database.reading() as session:
                begun = time.perf_counter()
                found = await counter_lookup(session, SYSTEM, text, "CN", "zh-Hans")
                took.append(((time.perf_counter() - begun) * 1000, text, len(found.hits)))
    finally:
        await database.close()
    return loaded_s, took


async def _store(uow: UnitOfWork, first: int, rows: list[Written]) -> None:
    accounts, tokens = [], []
    for number, row in enumerate(rows, start=BATCH_HERE * BATCH + first):
        accounts.append((number, row.reference, row.name, row.phone, row.address, row.meter, "", False))
        tokens += [(token, number) for token in tokens_of(row)]
    await insert_as_they_are(uow.session, Account.__table__, accounts)  # type: ignore[arg-type]
    await insert_as_they_are(uow.session, AccountToken.__table__, sorted(tokens))  # type: ignore[arg-type]


async def _publish(uow: UnitOfWork, accounts: int) -> None:
    register = await register_of(uow.session)
    register.published, register.accounts = BATCH_HERE, accounts
    uow.session.add(register)


def _accounts(dice: random.Random, count: int, typed: list[str]) -> Iterator[Written]:
    """Accounts one after the other; of some, what their owners say is put into ``typed``."""
    each = max(1, count // 200_000)
    for number in range(count):
        phone = f"+861{dice.randrange(3, 10)}{dice.randrange(10**9):09}"
        reference, meter = f"{10_000_000 + number}", f"WM-{dice.randrange(10**9):09}"
        if number % 5:
            given = (dice.choice(_GIVEN) for _ in range(dice.randint(1, 2)))
            name = dice.choice(_FAMILY) + "".join(given)
            two = (dice.choice(_HAN) for _ in range(2))
            street = "".join(two) + dice.choice(("路", "街", "大道"))
            address = (
                f"{dice.choice('东西南北中')}城区{street}{dice.randint(1, 900)}号{dice.randint(101, 2804)}室"
            )
            parts = [
                name,
                name[0],
                street,
                f"{street}{dice.randint(1, 900)}",
                address,
                address[: len(address) // 2],
            ]
        else:
            name = f"{dice.choice(_FIRST)} {dice.choice(_LAST)}"
            address = f"{dice.randint(1, 300)} Rue {dice.choice(_LAST)} {dice.choice(_FIRST)}"
            parts = [name, name[:3], name.split()[1], address, address.split(" ", 1)[1]]
        if number % each == 0 and dice.random() < 0.005:
            typed += [phone[3:], phone[-4:], phone, reference, meter, meter[:6], *parts]
        yield Written(reference, name, phone, address, meter)


def _typed(dice: random.Random, known: list[str]) -> list[str]:
    chosen = dice.sample(known, min(len(known), LOOKUPS))
    nobody = ["8888888", "王王王王", "zzz", "99999999999", "rue", "路", "中", "1000", "w"]
    return [*chosen, *nobody * 5]
