"""Personal invitations: a link that opens one request on one device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import ClassVar
from uuid import UUID

import segno

from assist.intake.commands import NewRequest, customer_actor, open_request, phone_of
from assist.request.kinds import Asker, Category
from assist.request.messages import in_words, tell_customer
from assist.request.moving import note, request_for, request_topic
from assist.request.request import FINAL, WrongState
from assist.request.tables import ServiceRequest
from assist.services import AssistServices
from kernel.actors import Actor, Surface
from kernel.database import UnitOfWork
from kernel.delivery.commands import forget_secret
from kernel.errors import Gone
from kernel.identity.links import AccessLink, create_link, redeem_link
from kernel.identity.sessions import NewSession, end_other_sessions
from kernel.ids import token_hash


class InvitationOver(Gone):
    """What this link was for has ended; start again from our public page."""

    code: ClassVar[str] = "invitation_over"


@dataclass(frozen=True)
class Invitation:
    """A link just made; it is seen here once, and stored nowhere."""

    request_id: UUID
    link: str
    expires_at: datetime

    @property
    def token(self) -> str:
        """The link's secret."""
        return self.link.partition("#i=")[2]

    @property
    def qr_svg(self) -> str:
        """The link as a QR code (ISO/IEC 18004), level M, as an SVG image that stands by itself."""
        image = BytesIO()
        code = segno.make(self.link, error="m", micro=False)
        code.save(image, kind="svg", xmldecl=False, nl=False, scale=4, border=4, omitsize=True)
        return image.getvalue().decode()


async def invite(
    uow: UnitOfWork,
    actor: Actor,
    services: AssistServices,
    name: str,
    phone: str,
    language: str,
    category: Category = Category.OTHER,
) -> Invitation:
    """Open a request for someone on the telephone and send them the link. The inviter answers for it.

    Raises `PhoneInvalid`.
    """
    new = NewRequest(
        category=category,
        asker=Asker.RESIDENT,
        language=language,
        channel="invitation",
        name=name,
        phone=phone_of(phone, services, "body.phone"),
    )
    row = await open_request(uow, new, actor.id, inviter=actor)
    return await _send_link(uow, services, row)


async def renew_invitation(
    uow: UnitOfWork, actor: Actor, request_id: UUID, services: AssistServices
) -> Invitation:
    """A new link to the same request: the old one was lost, too old, or opened on the wrong device.

    An unopened link stops working now; a device that holds the request is cut off when the new link is
    opened. Raises `WrongState` once the request has ended.
    """
    row = await request_for(uow, actor, request_id)
    if row.state in FINAL:
        raise WrongState(state=row.state.value, happening="invitation")
    invitation = await _send_link(uow, services, row)
    await note(uow, actor, row, "invitation_renewed")
    return invitation


async def _send_link(uow: UnitOfWork, services: AssistServices, row: ServiceRequest) -> Invitation:
    token = await create_link(
        uow, Surface.CUSTOMER, services.invitation_lifetime, request_id=row.id, shown=True
    )
    # In the fragment, which browsers send to nobody: previewers and logs never see the token.
    invitation = Invitation(row.id, f"{services.base_url}/#i={token}", uow.now + services.invitation_lifetime)
    lasts = in_words(row.language, services.invitation_lifetime)
    await tell_customer(uow, services, row, "invitation", link=invitation.link, lasts=lasts)
    return invitation


async def redeem_invitation(
    uow: UnitOfWork, services: AssistServices, token: str, presented: str | None
) -> tuple[ServiceRequest, NewSession | None]:
    """Open an invitation. The first device has it; the same device may open it again (None: it goes on).

    Its session is on trial: until something is changed with it, it holds for ten minutes only, and the link
    can be opened anew when they are over. Raises `LinkUnknown`, `LinkSpent`, `LinkExpired`, `InvitationOver`.
    """
    session = await redeem_link(
        uow, token, Surface.CUSTOMER, services.session_lifetime, presented, on_trial=True
    )
    link = await uow.session.get_one(AccessLink, token_hash(token))
    row = await uow.session.get(ServiceRequest, link.request_id)
    if row is None or row.state in FINAL:
        raise InvitationOver()
    if session is not None:
        await end_other_sessions(uow, row.id, session)
        await forget_secret(uow, row.id, token)
        await note(uow, customer_actor(row), row, "invitation_opened")
        uow.changed("request", row.id, request_topic(row.id))
    return row, session
