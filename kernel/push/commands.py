"""Keeping and ending subscriptions, and writing what is to be pushed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, select

from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.delivery.commands import write_delivery
from kernel.identity.sessions import Session
from kernel.identity.staff import Staff
from kernel.identity.subscriptions import PushSubscription
from kernel.ids import token_hash
from kernel.sql.columns import UtcDateTime

CHANNEL = "push"


@dataclass(frozen=True)
class Offered:
    """A browser's subscription, looked through."""

    endpoint: str
    receiver: bytes
    auth: bytes
    language: str


async def keep_subscription(uow: UnitOfWork, actor: Actor, token: str, offered: Offered) -> None:
    """Tell this session's browser from now on, in place of what it was told through before."""
    session, address = token_hash(token), hashlib.sha256(offered.endpoint.encode()).digest()
    await uow.hold("push:" + address.hex())
    # The same phone with somebody else signed in: the one before hears nothing more there.
    mine = PushSubscription.session_hash == session
    await uow.session.execute(
        delete(PushSubscription).where(mine | (PushSubscription.endpoint_hash == address))
    )
    uow.session.add(
        PushSubscription(
            id=uow.new_id(),
            session_hash=session,
            staff_id=actor.id,
            endpoint=offered.endpoint,
            endpoint_hash=address,
            receiver=offered.receiver,
            auth=offered.auth,
            language=offered.language,
            created_at=uow.now,
        )
    )


async def drop_subscription(uow: UnitOfWork, token: str) -> None:
    """Tell this session's browser nothing more."""
    query = delete(PushSubscription).where(PushSubscription.session_hash == token_hash(token))
    await uow.session.execute(query)


async def end_subscription(uow: UnitOfWork, id: UUID) -> None:
    """The push service says that there is no such browser any more."""
    await uow.session.execute(delete(PushSubscription).where(PushSubscription.id == id))


async def end_over(uow: UnitOfWork) -> None:
    """Let go of subscriptions whose session is over, or whose owner has left."""
    alive = LIVING.with_only_columns(PushSubscription.id)
    over = delete(PushSubscription).where(PushSubscription.id.not_in(alive))
    await uow.session.execute(over, {"now": uow.now})


LIVING = (
    select(PushSubscription)
    .join(Session, Session.token_hash == PushSubscription.session_hash)
    .join(Staff, Staff.id == PushSubscription.staff_id)
    .where(
        Session.revoked_at.is_(None), Session.expires_at > bindparam("now", type_=UtcDateTime), Staff.active
    )
)
"""Those that may still be told something, ``now``."""
_OF_STAFF = LIVING.where(PushSubscription.staff_id == bindparam("staff_id", type_=Uuid))


async def send_push(
    uow: UnitOfWork,
    staff_id: UUID,
    words: Callable[[str], dict[str, str]],
    lasts: timedelta,
    request_id: UUID | None = None,
) -> None:
    """Have something pushed to all browsers of a member of staff once this transaction stands.

    ``words`` gives, for a language, what the page's worker shows (``title``, ``body``) and opens (``task``).
    It lies on a locked phone for everybody to see: no name, no number, no address. After ``lasts`` it is of
    no more use, and is not sent.
    """
    for row in await uow.session.scalars(_OF_STAFF, {"now": uow.now, "staff_id": staff_id}):
        text = json.dumps({**words(row.language), "language": row.language}, ensure_ascii=False)
        write_delivery(uow, CHANNEL, row.id.hex, text, request_id, lasts)
