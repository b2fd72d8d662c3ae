"""Who may call the field's operations, and who may listen to its live topics."""

from __future__ import annotations

from uuid import UUID

from field.grid.tables import Rep
from kernel.actors import Actor, Role
from kernel.web import House, role, staff

CONSOLE = role(Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN)
"""Those who see everybody's tasks and routes."""
DISPATCHER = role(Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN)
"""Those who move tasks between people."""
IMPORTER = role(Role.DISPATCHER, Role.ADMIN)
REP = role(Role.REP)
PARTIES = CONSOLE | REP
"""A representative sees the tasks that are his own; the queries decide."""
STAFF = staff()


def is_console(actor: Actor) -> bool:
    """Whether the actor sees everybody's tasks."""
    return actor.has(Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN)


async def may_hear_rep(actor: Actor, subject: str, house: House) -> bool:
    """Who may listen to ``rep:<id>``: that representative, and the console."""
    if is_console(actor):
        return True
    try:
        rep_id = UUID(subject)
    except ValueError:
        return False
    async with house.database.reading() as session:
        rep = await session.get(Rep, rep_id)
    return rep is not None and rep.active and rep.staff_id == actor.id


async def may_hear_network(actor: Actor, _subject: str, _house: House) -> bool:
    """Who may listen to ``network:all``: the console and representatives."""
    return is_console(actor) or actor.has(Role.REP)


async def may_hear_announcements(_actor: Actor, subject: str, _house: House) -> bool:
    """Who may listen to ``announcements:all``: everybody with a session; what it hints at is public."""
    return subject == "all"


topics = {"rep": may_hear_rep}
"""Live topics of this wing by prefix, and who may subscribe to them."""
