"""Links that let one device in.

A link is a random token that one device redeems; redeeming makes the session, and the same device may open
the same link again. Nothing else identifies a customer: no account, no password.

A customer's link may lie in a mailbox for a day, so its session is on trial at first
(:data:`kernel.identity.sessions.TRIAL`). While that lasts no other device gets in; when it lapses with
nothing done the link is as if never opened; the first change makes the link that device's for good.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, delete, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from kernel.actors import Surface
from kernel.database import UnitOfWork
from kernel.errors import Gone
from kernel.identity.sessions import NewSession, Session, start_session
from kernel.ids import new_token, token_hash
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime, enum_column

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")

KEPT_EXPIRED = timedelta(days=90)
"""How long an old link is told apart from one that never was; longer than the session that it began lasts."""


class AccessLink(Base):
    """A link that opens one request, or signs one member of staff in, on one device."""

    __tablename__ = "access_link"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    surface: Mapped[Surface] = mapped_column(enum_column(Surface))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    request_id: Mapped[UUID | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    redeemed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    session_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shown: Mapped[bool] = mapped_column(default=False, server_default=true())
    """Whether a member of staff has seen it: whoever opens it need not be the customer."""


class LinkSpent(Gone):
    """This link has been opened on another device; ask for a new one."""

    code = "link_spent"


class LinkExpired(Gone):
    """This link is too old; ask for a new one."""

    code = "link_expired"


class LinkUnknown(Gone):
    """This link is not complete, or not known here; open it from the message again."""

    code = "link_unknown"


async def create_link(
    uow: UnitOfWork,
    surface: Surface,
    lifetime: timedelta,
    *,
    staff_id: UUID | None = None,
    request_id: UUID | None = None,
    shown: bool = False,
) -> str:
    """Make a link's token; earlier unredeemed links to the same request are revoked.

    ``shown`` says that a member of staff sees it.
    """
    if request_id is not None:
        await uow.session.execute(
            update(AccessLink)
            .where(AccessLink.request_id == request_id, AccessLink.redeemed_at.is_(None))
            .values(revoked_at=uow.now)
        )
    token = new_token()
    uow.session.add(
        AccessLink(
            token_hash=token_hash(token),
            surface=surface,
            staff_id=staff_id,
            request_id=request_id,
            created_at=uow.now,
            expires_at=uow.now + lifetime,
            shown=shown,
        )
    )
    await uow.session.flush()
    return token


async def holding_link(session: AsyncSession, request_id: UUID) -> AccessLink | None:
    """The link that the device which holds a request opened; None where it came without one."""
    query = (
        select(AccessLink)
        .join(Session, Session.token_hash == AccessLink.session_hash)
        .where(AccessLink.request_id == request_id, Session.revoked_at.is_(None))
    )
    return (await session.scalars(query.order_by(AccessLink.redeemed_at.desc()).limit(1))).first()


async def create_links(
    uow: UnitOfWork, surface: Surface, lifetime: timedelta, staff_ids: Sequence[UUID]
) -> list[str]:
    """Make a sign-in link's token for each of many members of staff, in their order."""
    tokens = [new_token() for _ in staff_ids]
    rows = [
        {
            "token_hash": token_hash(token),
            "surface": surface,
            "staff_id": staff_id,
            "created_at": uow.now,
            "expires_at": uow.now + lifetime,
        }
        for token, staff_id in zip(tokens, staff_ids, strict=True)
    ]
    if rows:
        await (await uow.session.connection()).execute(insert(AccessLink), rows)
    return tokens


async def forget_links(uow: UnitOfWork, request_id: UUID) -> None:
    """Every link to a request stops working, and none is kept."""
    await uow.session.execute(delete(AccessLink).where(AccessLink.request_id == request_id))


async def forget_expired(uow: UnitOfWork) -> None:
    """Delete links that expired so long ago that whoever tries one need not be told why it fails."""
    await uow.session.execute(delete(AccessLink).where(AccessLink.expires_at < uow.now - KEPT_EXPIRED))


async def redeem_link(
    uow: UnitOfWork,
    token: str,
    surface: Surface,
    lifetime: timedelta,
    presented: str | None,
    *,
    on_trial: bool = False,
) -> NewSession | None:
    """Redeem a link's token for a session, which is ``on_trial`` or not.

    ``presented`` is the session token the device sent along, if any. Returns None when this very device
    redeemed the link before and its session still holds: it simply goes on.

    Raises:
        LinkUnknown: no such link for this surface, or revoked; or no link's token at all.
        LinkSpent: another device has it.
        LinkExpired: too late.
    """
    if not _TOKEN.fullmatch(token):
        raise LinkUnknown()
    link = await uow.session.get(AccessLink, token_hash(token), with_for_update=True)
    if link is None or link.surface != surface or link.revoked_at is not None:
        raise LinkUnknown()
    if link.session_hash is not None:
        held = await uow.session.get(Session, link.session_hash, with_for_update=True)
        if held is None or held.revoked_at is not None:
            raise LinkSpent()
        if held.expires_at > uow.now:
            if presented is not None and token_hash(presented) == link.session_hash:
                return None
            raise LinkSpent()
        if held.kept_until is None:
            raise LinkSpent()
    if link.expires_at <= uow.now:
        raise LinkExpired()
    session = await start_session(
        uow, surface, lifetime, staff_id=link.staff_id, request_id=link.request_id, on_trial=on_trial
    )
    link.redeemed_at, link.session_hash = uow.now, token_hash(session.token)
    return session
