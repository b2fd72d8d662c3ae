"""Personal invitations."""

from __future__ import annotations

from uuid import UUID

from assist.callers import DESK, INVITE, REDEEM
from assist.intake.commands import customer_actor
from assist.invitation.bodies import InvitationBody, RedemptionBody
from assist.invitation.commands import Invitation, InvitationOver, invite, redeem_invitation, renew_invitation
from assist.invitation.views import InvitationView
from assist.request.answers import OpenedView, opened, shown
from assist.request.phones import PhoneInvalid
from assist.request.request import WrongState
from assist.services import AssistServices
from kernel.identity.links import LinkExpired, LinkSpent, LinkUnknown
from kernel.web import Api, Call, anyone
from kernel.web.origin import presented_token

api = Api("assist")


@api.post(
    "/api/invitations",
    who=DESK,
    summary="Invite someone: a request, a link, its QR code, and an SMS",
    status=201,
    errors=(PhoneInvalid,),
    limit=INVITE,
)
async def invite_someone(call: Call, body: InvitationBody) -> InvitationView:
    services = call.use(AssistServices)
    return _view(
        await call.database.run(
            invite, call.actor, services, body.name, body.phone, body.language, body.category
        )
    )


@api.post(
    "/api/requests/{request_id}/invitation",
    who=DESK,
    summary="A new link to the same request",
    status=201,
    errors=(WrongState,),
    limit=INVITE,
)
async def renew_an_invitation(call: Call, request_id: UUID) -> InvitationView:
    services = call.use(AssistServices)
    return _view(await call.database.run(renew_invitation, call.actor, request_id, services))


@api.post(
    "/api/invitations/redemption",
    who=anyone(),
    summary="Open an invitation on this device",
    status=201,
    errors=(LinkUnknown, LinkSpent, LinkExpired, InvitationOver),
    limit=REDEEM,
)
async def redeem_an_invitation(call: Call, body: RedemptionBody) -> OpenedView:
    presented = presented_token(call.request)[0]
    services = call.use(AssistServices)
    row, session = await call.database.run(redeem_invitation, services, body.token, presented)
    view = await shown(call, row.id, customer_actor(row))
    return opened(view, call.sign_in(session, bearer=body.bearer) if session else None)


def _view(invitation: Invitation) -> InvitationView:
    return InvitationView(
        request_id=invitation.request_id,
        link=invitation.link,
        qr_svg=invitation.qr_svg,
        expires_at=invitation.expires_at,
    )
