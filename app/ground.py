"""What the ground itself offers: health, sessions, live hints, pictures' files, and its tables."""

from __future__ import annotations

from uuid import UUID

from kernel.audit import AuditEntry
from kernel.capability import Capability, Handling
from kernel.database import UnitOfWork
from kernel.delivery.commands import forget_messages
from kernel.delivery.tables import Delivery
from kernel.erasing import Eraser
from kernel.events.inbox import FailedEvent, InboxRow
from kernel.identity.links import AccessLink, forget_expired, forget_links
from kernel.identity.sessions import Session, forget_ended, forget_sessions
from kernel.identity.staff import Staff
from kernel.jobs import Job, Turn
from kernel.outbox import HintRow, OutboxRow, forget_private
from kernel.pictures import removal
from kernel.pictures.blobs import FOLDERS
from kernel.pictures.removal import Holders, sweep_folder
from kernel.web.health import api as health_api
from kernel.web.sessions import api as session_api
from kernel.web.socket.live import api as live_api

TIDY_EVERY_S = 300.0
"""How often what is kept too long is looked for; each turn in one folder of pictures: once a day in all."""


async def sweep_pictures(turn: Turn) -> None:
    """Look through one folder of pictures for files that no row names; the clock says which folder."""
    house = turn.house
    folder = int(house.clock.now().timestamp() // TIDY_EVERY_S) % FOLDERS
    await sweep_folder(house.database, house.use(Holders), folder)


async def forget_expired_links(turn: Turn) -> None:
    """Let go of links that open nothing any more."""
    await turn.house.database.run(forget_expired)


async def forget_ended_sessions(turn: Turn) -> None:
    """Let go of sessions that ended long ago."""
    await turn.house.database.run(forget_ended)


async def forget_what_is_told(uow: UnitOfWork, id: UUID) -> None:
    """Take the customer out of the events that are still on their way."""
    await forget_private(uow.session, id)


capability = Capability(
    "kernel",
    apis=(health_api, session_api, live_api),
    handlers=(Handling(removal.group, Holders),),
    jobs=(
        Job("links.expired", forget_expired_links, TIDY_EVERY_S, TIDY_EVERY_S),
        Job("sessions.ended", forget_ended_sessions, TIDY_EVERY_S, TIDY_EVERY_S),
        Job("pictures.unheld", sweep_pictures, TIDY_EVERY_S, TIDY_EVERY_S),
    ),
    tables=(AuditEntry, InboxRow, FailedEvent, AccessLink, Delivery, HintRow, OutboxRow, Session, Staff),
    erasers=(
        Eraser("request", (Delivery.to, Delivery.text, Delivery.answer), forget_messages),
        *(Eraser(of, (OutboxRow.body,), forget_what_is_told) for of in ("request", "task")),
        Eraser("request", (AccessLink.token_hash, AccessLink.session_hash), forget_links),
        Eraser("request", (Session.token_hash,), forget_sessions),
    ),
)
