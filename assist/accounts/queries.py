"""Looking accounts up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from assist.accounts.tables import BATCH, REGISTER, Account, AccountRegister, AccountToken
from assist.accounts.writing import Found, Search
from kernel.actors import SYSTEM
from kernel.sql.rows import few_lengths

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN: Final = 20
"""Accounts that are shown; who has more has to say more."""
LOOKED_AT: Final = 3 * SHOWN
"""Tokens that are read for each meaning of the words, however many begin so."""


@dataclass(frozen=True)
class Hit:
    """An account, and what of it answered."""

    account: Account
    by: Found


@dataclass(frozen=True)
class Hits:
    """The accounts that answer, the likeliest first; ``more``: there are others."""

    hits: Sequence[Hit]
    more: bool


async def register_of(session: AsyncSession, lock: bool = False) -> AccountRegister:
    """The register; before the first file an empty one that no row says yet."""
    found = await session.get(AccountRegister, REGISTER, with_for_update=lock or None)
    return found or AccountRegister(
        id=REGISTER, emptied=0, published=0, loading=0, accounts=0, at=NEVER, actor_id=SYSTEM.id
    )


async def look_up(session: AsyncSession, searches: Sequence[Search]) -> Hits:
    """The accounts that answer to any of ``searches``: two statements and one for each, all bounded."""
    register = await register_of(session)
    if register.published <= register.emptied or not searches:
        return Hits((), False)
    seen = AccountToken.account.between((register.emptied + 1) * BATCH, (register.published + 1) * BATCH - 1)
    found: dict[int, Found] = {}
    more = False
    for search in searches:
        query = (
            select(AccountToken.account)
            .where(AccountToken.token >= search.first, AccountToken.token < search.last, seen)
            .order_by(AccountToken.token, AccountToken.account)
            .limit(LOOKED_AT)
        )
        numbers = list(await session.scalars(query))
        more = more or len(numbers) == LOOKED_AT
        for number in numbers:
            found.setdefault(number, search.kind)
    if not found:
        return Hits((), False)
    wanted = few_lengths(list(found))
    accounts = {
        row.number: row for row in await session.scalars(select(Account).where(Account.number.in_(wanted)))
    }
    latest = await _latest(session, register, [row.reference for row in accounts.values()])
    hits = [
        Hit(accounts[number], kind)
        for number, kind in found.items()
        if number in accounts and latest.get(accounts[number].reference) == number
    ]
    return Hits(hits[:SHOWN], more or len(hits) > SHOWN)


async def _latest(session: AsyncSession, register: AccountRegister, references: list[str]) -> dict[str, int]:
    """By reference, the row that counts: one that a later file replaced may not be swept away yet."""
    if not references:
        return {}
    query = (
        select(Account.reference, func.max(Account.number))
        .where(
            Account.reference.in_(few_lengths(references)), Account.number < (register.published + 1) * BATCH
        )
        .group_by(Account.reference)
    )
    return {reference: number for reference, number in await session.execute(query)}
