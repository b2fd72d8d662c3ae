"""``curbstop erase REQUEST_ID``: what tells of a customer, erased by whoever runs the installation."""

from __future__ import annotations

import asyncio
from uuid import UUID

from app.command_line import need_installation, say
from assist.erasure.commands import erase_request
from kernel.actors import SYSTEM
from kernel.database import Database
from kernel.errors import CurbstopError
from kernel.settings import Settings


def erase(settings: Settings, request_id: UUID) -> int:
    """Erase one request's personal data, once it is over; an exit code."""
    need_installation(settings)
    return asyncio.run(_erase(settings, request_id))


async def _erase(settings: Settings, request_id: UUID) -> int:
    from app.capabilities import ERASERS
    from app.migrations.schema import current, head

    database = Database(settings.sqlalchemy_url)
    try:
        if await current(database) != head():
            say("The database has not this release's schema yet: curbstop migrate")
            return 2
        erased_at = await database.run(erase_request, ERASERS, SYSTEM, request_id)
    except CurbstopError as refused:
        say(refused.detail)
        return 1
    finally:
        await database.close()
    say(f"Erased at {erased_at.isoformat(timespec='seconds')}.")
    say("The representative's copy and the pictures go with the next turn of a web worker: within seconds.")
    return 0
