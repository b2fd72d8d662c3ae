"""The register of accounts as rows: the accounts, and the tokens by which they are found.

A file of millions of accounts cannot be one transaction that everybody else waits for. So its rows are
written a little at a time under a *batch* of their own, and are seen all at once when the register's
``published`` moves to that batch. Of the rows with one reference the latest published one counts; those it
replaces are swept away afterwards. ``emptied`` is the last batch that nobody is to see any more.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime

BATCH = 1 << 32
"""Numbers of batch b are b · BATCH + n."""
REGISTER = 1
"""The number of the one register."""


class AccountRegister(Base):
    """What of the register is seen. `loading` is a batch being written, or 0."""

    __tablename__ = "account_register"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    emptied: Mapped[int]
    published: Mapped[int]
    loading: Mapped[int]
    accounts: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[UUID]


class Account(Base):
    """A customer's account with the utility, as its billing system tells of it."""

    __tablename__ = "account"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    reference: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(40))
    """E.164 where it can be called; else as it was written, or empty."""
    address: Mapped[str] = mapped_column(String(200))
    meter: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    """zh-Hans, zh-Hant, en, or empty."""
    dependant: Mapped[bool]
    """Somebody there depends on water: a patient at home, an infant, a clinic."""


Index("ix_account_reference", Account.reference, Account.number)


class AccountToken(Base):
    """What an account is found by, see `assist.accounts.writing`. Bytes: their order is one everywhere."""

    __tablename__ = "account_token"
    __table_args__ = ({"sqlite_with_rowid": False},)

    token: Mapped[bytes] = mapped_column(LargeBinary(60), primary_key=True)
    account: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
