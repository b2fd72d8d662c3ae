"""A file of accounts comes in: all of it, or nothing and every fault; and accounts go again.

Rows are written in many small transactions under a batch that nobody sees, and one last transaction
publishes it (see `assist.accounts.tables`). An account that the file tells as it is known is not written
again, so that the nightly file of a large utility costs what has changed. A run that dies leaves rows that
nobody sees; the next one sweeps them away.
"""

from __future__ import annotations

import itertools
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, cast

from sqlalchemy import Table, bindparam, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.accounts.account_file import AccountRow, read_accounts
from assist.accounts.queries import register_of
from assist.accounts.tables import BATCH, Account, AccountRegister, AccountToken
from assist.accounts.writing import Written, tokens_of
from kernel.actors import Actor
from kernel.database import Database, UnitOfWork
from kernel.errors import Fault, NotFound, Refused
from kernel.files.apart import told_apart
from kernel.files.refusal import ImportRefused
from kernel.sql.rows import few_lengths, insert_as_they_are

AT_A_TIME: Final = 200
"""Accounts a transaction writes or deletes at most, with ten tokens each: some ten milliseconds."""

_TABLE: Final = cast(Table, Account.__table__)
_TOKENS: Final = cast(Table, AccountToken.__table__)
_FORGET: Final = delete(_TOKENS).where(
    _TOKENS.c.token == bindparam("b_token"), _TOKENS.c.account == bindparam("b_account")
)


class AccountsUnderWay(Refused):
    """Another file of accounts came in meanwhile, or all were erased; nothing of this file was taken."""

    code = "accounts_under_way"


@dataclass(frozen=True)
class AccountsReport:
    """What an import did, or with ``dry_run`` would do. ``accounts``: how many there are then."""

    dry_run: bool
    added: int
    changed: int
    unchanged: int
    accounts: int
    warnings: tuple[Fault, ...]
    encoding: str
    sample: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """What a file says of itself, before its rows are wanted."""

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    encoding: str
    sample: tuple[str, ...]


def told_accounts(
    data: bytes, encoding: str, region: str
) -> Generator[Told | list[AccountRow] | None, bool, None]:
    """What the file says, then its rows, a few at a time; at their end None."""
    file = read_accounts(data, encoding, region)
    yield Told(file.faults, file.warnings, file.encoding, file.sample)
    rows = iter(file.rows)
    while part := list(itertools.islice(rows, AT_A_TIME)):
        yield part
    yield None


async def import_accounts(
    database: Database,
    actor: Actor,
    data: bytes,
    *,
    encoding: str = "",
    region: str = "CN",
    dry_run: bool = False,
) -> AccountsReport:
    """Read a file and take it: accounts are added, or replaced by their reference; others stay.

    Raises:
        ImportRefused: with every fault of the file, by line.
        AccountsUnderWay: another one was begun later, or the register was emptied.
    """
    async with told_apart(told_accounts, data, encoding, region) as hear:
        file: Told = await hear(None)
        if file.faults:
            raise ImportRefused(faults=file.faults)
        batch, begun = 0, 0
        if not dry_run:
            batch, begun = await database.run(_begin, actor)
            await sweep_batch(database, begun)
        added = changed = unchanged = 0
        while (part := await hear(True)) is not None:
            async with database.reading() as session:
                known = await _known(session, [row.reference for row in part])
            fresh = [row for row in part if known.get(row.reference) != row]
            if fresh and not dry_run:
                await database.run(_stage, batch, added + changed, fresh)
            new = sum(row.reference not in known for row in fresh)
            added, changed = added + new, changed + len(fresh) - new
            unchanged += len(part) - len(fresh)
    if dry_run:
        async with database.reading() as session:
            accounts = (await register_of(session)).accounts + added
    else:
        accounts = await database.run(_publish, actor, batch, added, changed)
        await _sweep_replaced(database, batch)
    return AccountsReport(
        dry_run, added, changed, unchanged, accounts, file.warnings, file.encoding, file.sample
    )


async def empty_register(database: Database, actor: Actor) -> int:
    """Erase every account; how many there were. Nobody finds one from the first moment on."""
    accounts, batches = await database.run(_empty, actor)
    for batch in batches:
        await sweep_batch(database, batch)
    return accounts


async def erase_account(uow: UnitOfWork, actor: Actor, reference: str) -> None:
    """Erase one account, every row of it. Raises `NotFound`."""
    register = await register_of(uow.session, lock=True)
    rows = list(await uow.session.scalars(select(Account).where(Account.reference == reference)))
    if not any(
        register.emptied * BATCH + BATCH <= row.number < (register.published + 1) * BATCH for row in rows
    ):
        raise NotFound()
    await _delete(uow, rows)
    register.accounts -= 1
    await uow.audit(actor, "account_erased", "accounts")


async def _begin(uow: UnitOfWork, actor: Actor) -> tuple[int, int]:
    """Claim a batch, and name the one that an import which died, or is being overtaken, has begun."""
    register = await register_of(uow.session, lock=True)
    begun = register.loading
    register.loading = max(register.published, register.emptied, begun) + 1
    register.at, register.actor_id = uow.now, actor.id
    uow.session.add(register)
    await uow.session.flush()
    return register.loading, begun


async def _require(uow: UnitOfWork, batch: int) -> AccountRegister:
    register = await register_of(uow.session, lock=True)
    if register.loading != batch:
        raise AccountsUnderWay()
    return register


async def _stage(uow: UnitOfWork, batch: int, first: int, rows: list[AccountRow]) -> None:
    await _require(uow, batch)
    accounts, tokens = [], []
    for number, row in enumerate(rows, start=batch * BATCH + first):
        accounts.append(
            (
                number,
                row.reference,
                row.name,
                row.phone,
                row.address,
                row.meter,
                row.language,
                row.dependant,
            )
        )
        tokens += [(token, number) for token in tokens_of(written(row))]
    await insert_as_they_are(uow.session, _TABLE, accounts)
    await insert_as_they_are(uow.session, _TOKENS, tokens)


async def _publish(uow: UnitOfWork, actor: Actor, batch: int, added: int, changed: int) -> int:
    register = await _require(uow, batch)
    register.published, register.loading = batch, 0
    register.accounts += added
    register.at, register.actor_id = uow.now, actor.id
    await uow.audit(actor, "import_accounts", "accounts", added=added, changed=changed)
    return register.accounts


async def _empty(uow: UnitOfWork, actor: Actor) -> tuple[int, list[int]]:
    register = await register_of(uow.session, lock=True)
    accounts, highest = register.accounts, max(register.published, register.loading)
    register.emptied, register.loading, register.accounts = highest, 0, 0
    register.published = highest
    register.at, register.actor_id = uow.now, actor.id
    uow.session.add(register)
    await uow.audit(actor, "accounts_emptied", "accounts", accounts=accounts)
    last = await uow.session.scalar(select(func.max(Account.number)))
    first = await uow.session.scalar(select(func.min(Account.number)))
    return accounts, [] if first is None or last is None else list(range(first // BATCH, last // BATCH + 1))


async def sweep_batch(database: Database, batch: int) -> None:
    """Delete the rows of a batch, a little at a time; 0 is none."""
    while batch and await database.run(_delete_some, batch):
        pass


async def _delete_some(uow: UnitOfWork, batch: int) -> int:
    own = Account.number.between(batch * BATCH, (batch + 1) * BATCH - 1)
    rows = list(
        await uow.session.scalars(select(Account).where(own).order_by(Account.number).limit(AT_A_TIME))
    )
    await _delete(uow, rows)
    return len(rows)


async def _sweep_replaced(database: Database, batch: int) -> None:
    """Delete the rows that those of ``batch`` replace."""
    after: int | None = batch * BATCH - 1
    while after is not None:
        after = await database.run(_delete_replaced, batch, after)


async def _delete_replaced(uow: UnitOfWork, batch: int, after: int) -> int | None:
    some = (
        select(Account.number, Account.reference)
        .where(Account.number > after, Account.number < (batch + 1) * BATCH)
        .order_by(Account.number)
        .limit(AT_A_TIME)
    )
    rows = (await uow.session.execute(some)).all()
    if not rows:
        return None
    references = few_lengths([row.reference for row in rows])
    old = select(Account).where(Account.reference.in_(references), Account.number < batch * BATCH)
    await _delete(uow, list(await uow.session.scalars(old)))
    return int(rows[-1].number)


async def _delete(uow: UnitOfWork, rows: list[Account]) -> None:
    """Delete accounts and their tokens, which are known by being written once more."""
    tokens = [(token, row.number) for row in rows for token in tokens_of(written(row))]
    connection = await uow.session.connection()
    if tokens:
        keys = [{"b_token": token, "b_account": number} for token, number in tokens]
        await connection.execute(_FORGET, keys)
    if rows:
        numbers = few_lengths([row.number for row in rows])
        await connection.execute(delete(_TABLE).where(_TABLE.c.number.in_(numbers)))


async def _known(session: AsyncSession, references: list[str]) -> dict[str, AccountRow]:
    """The accounts with these references as they are seen now."""
    register = await register_of(session)
    query = (
        select(Account)
        .where(
            Account.reference.in_(few_lengths(references)),
            Account.number.between((register.emptied + 1) * BATCH, (register.published + 1) * BATCH - 1),
        )
        .order_by(Account.number)
    )
    return {
        row.reference: AccountRow(
            row.reference, row.name, row.phone, row.address, row.meter, row.language, row.dependant
        )
        for row in await session.scalars(query)
    }


def written(row: Account | AccountRow) -> Written:
    """What of it is looked up."""
    return Written(row.reference, row.name, row.phone, row.address, row.meter)
