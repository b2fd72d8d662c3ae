"""``curbstop doctor`` says where the audit log is not what was written, on both foundations."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.doctor import audit_chain, examine
from kernel.actors import SYSTEM
from kernel.audit import PAGE
from kernel.database import Database, UnitOfWork
from kernel.settings import Settings
from tests.rig.foundations import Foundation

ENTRIES = PAGE + 3
"""More than are looked at together."""


@pytest.fixture
async def settings(foundation: Foundation, database: Database) -> Settings:
    """An installation that has written its log."""

    async def write(uow: UnitOfWork) -> None:
        for number in range(ENTRIES):
            await uow.audit(SYSTEM, "zone_changed", f"zone:{number}", before=number)

    await database.run(write)
    url = "" if foundation.kind == "embedded" else foundation.database_url
    return Settings(data=foundation.data, database_url=url)


async def test_a_log_as_it_was_written(settings: Settings) -> None:
    [finding] = await audit_chain(settings)
    assert (finding.verdict, finding.words) == (
        "good",
        f"Audit log: all {ENTRIES} entries are as they were written",
    )
    assert finding in await examine(settings), "the doctor looks at it"


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        (
            "UPDATE audit_entry SET subject = 'zone:elsewhere' WHERE number = 7",
            "entry 7: it is not what was written",
        ),
        ("DELETE FROM audit_entry WHERE number = 7", "entry 8: entry 7 is missing before it"),
        ("DELETE FROM audit_entry WHERE number = 1", "entry 2: entry 1 is missing before it"),
        (
            f"DELETE FROM audit_entry WHERE number = {PAGE}",
            f"entry {PAGE + 1}: entry {PAGE} is missing before it",
        ),
        (
            "UPDATE audit_entry SET number = 0 WHERE number = 7;"
            "UPDATE audit_entry SET number = 7 WHERE number = 8;"
            "UPDATE audit_entry SET number = 8 WHERE number = 0",
            "entry 7: it is not what was written",
        ),
        (
            f"UPDATE audit_entry SET hash = '{'0' * 64}' WHERE number = {ENTRIES}",
            f"entry {ENTRIES}: it is not what was written",
        ),
    ],
    ids=["flipped", "deleted", "first deleted", "deleted at a page's end", "exchanged", "hash"],
)
async def test_a_log_that_somebody_changed(
    settings: Settings, database: Database, tampering: str, told: str
) -> None:
    async with database.engine.begin() as connection:
        for statement in tampering.split(";"):
            await connection.execute(text(statement))
    [finding] = await audit_chain(settings)
    assert finding.verdict == "bad"
    assert told in finding.words
