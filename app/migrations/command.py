"""``curbstop migrate``."""

from __future__ import annotations

import asyncio

from sqlalchemy.exc import DBAPIError

from app.command_line import say, use_folder
from app.data_folder import is_full
from app.migrations.schema import current, head, upgrade
from kernel.database import Database
from kernel.settings import Settings


def migrate(settings: Settings) -> int:
    """Bring the database to this release's schema, and say what was done."""
    use_folder(settings.data)
    return asyncio.run(_migrate(settings))


async def _migrate(settings: Settings) -> int:
    database = Database(settings.sqlalchemy_url)
    try:
        before = await current(database)
        if await upgrade(database):
            say(f"The database is now at {head()} (it was {before or 'empty'}).")
        else:
            say(f"The database is at {head()} already.")
    except (OSError, DBAPIError) as error:
        if is_full(settings.data):
            say(f"The disk of {settings.data} is full. Make room there, and start again.")
        else:
            say(f"The database could not be migrated: {getattr(error, 'orig', error)}")
        return 1
    finally:
        await database.close()
    return 0
