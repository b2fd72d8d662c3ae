"""Signing in and out, for staff. Customers come by the links that ``assist`` makes."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from kernel.actors import Actor, Role, Surface, surfaces_of
from kernel.delivery.queries import sent_messages
from kernel.errors import Forbidden, Refused
from kernel.identity.guesses import TooManyGuesses
from kernel.identity.links import LinkExpired, LinkSpent, LinkUnknown, redeem_link
from kernel.identity.sessions import NewSession, end_session, start_session, who
from kernel.identity.staff import WrongPassword, actor_of, check_password, staff_called
from kernel.web.api import Api
from kernel.web.call import Call, SessionView
from kernel.web.limits import Limit
from kernel.web.origin import presented_token
from kernel.web.who import anyone, signed_in, staff

api = Api("session")

SIGN_IN = Limit("sign-in", per_minute=10, burst=10)
SIGN_IN_NAME = Limit("sign-in-name", per_minute=20, burst=20)
REDEMPTION = Limit("redemption", per_minute=30, burst=30)
SIGN_OUT = Limit("sign-out", per_minute=60, burst=60, per_person=True)

StaffSurface = Literal[Surface.DESK, Surface.REP, Surface.CONSOLE, Surface.COUNTER]


class WrongSurface(Forbidden):
    """Your roles do not open this page."""

    code = "wrong_surface"


class SurfaceNeeded(Refused):
    """Your roles open several pages; choose one."""

    code = "surface_needed"


class Strict(BaseModel):
    """A body that refuses fields it does not know."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Strict):
    """`surface` names the page to sign in to, and no other will do. Without it the person's roles decide:
    they open one page, or the `wanted` one is among those they open; else `surface_needed` lists them.
    """

    username: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$")
    password: str = Field(min_length=1, max_length=256)
    surface: StaffSurface | None = None
    wanted: StaffSurface | None = None
    bearer: bool = False


class LinkRedemption(Strict):
    token: str
    surface: StaffSurface
    bearer: bool = False


class Me(BaseModel):
    """Who is signed in; `surface` is told where they have just done so."""

    kind: Literal["staff", "customer", "system"]
    id: UUID
    name: str
    name_en: str
    roles: list[str]
    request_id: UUID | None
    language: str
    surface: Surface | None = None
    session: SessionView | None = None


class SentMessageView(BaseModel):
    id: UUID
    to: str
    text: str
    request_id: UUID | None
    state: Literal["waiting", "sent", "failed", "expired"]
    sent_at: str


@api.post(
    "/api/sessions",
    who=anyone(),
    summary="Sign in with name and password",
    status=201,
    errors=(WrongPassword, WrongSurface, SurfaceNeeded, TooManyGuesses),
    limit=SIGN_IN,
)
async def sign_in(call: Call, body: SignIn) -> Me:
    # Counted by name too: guesses at one password may come from anywhere.
    name = hashlib.sha256(body.username.encode()).hexdigest()[:32]
    await call.house.limiter.take(SIGN_IN_NAME, name)
    await call.house.limiter.guesses.take(name, call.asker.crowd)
    async with call.database.reading() as session:
        named = await staff_called(session, body.username)
    found = await check_password(named, body.password)
    await call.house.limiter.guesses.right(name, call.asker.crowd)
    actor = actor_of(found)
    surface = _surface(actor.roles, body)
    new = await call.database.run(start_session, surface, _staff_lifetime(call), staff_id=found.id)
    return _me(actor, call.sign_in(new, bearer=body.bearer), surface)


@api.post(
    "/api/sign-in-links/redemption",
    who=anyone(),
    summary="Sign in with a one-use link",
    status=201,
    errors=(LinkUnknown, LinkSpent, LinkExpired),
    limit=REDEMPTION,
)
async def redeem_sign_in_link(call: Call, body: LinkRedemption) -> Me:
    presented = presented_token(call.request)[0]
    new = await call.database.run(redeem_link, body.token, body.surface, _staff_lifetime(call), presented)
    token = new.token if isinstance(new, NewSession) else presented
    async with call.database.reading() as session:
        actor = await who(session, token or "", call.now, body.surface)
    if actor is None:
        raise LinkUnknown()
    return _me(actor, call.sign_in(new, bearer=body.bearer) if new else None, body.surface)


@api.delete("/api/sessions/current", who=signed_in(), summary="Sign out", limit=SIGN_OUT)
async def sign_out(call: Call) -> None:
    token, _surface = presented_token(call.request)
    assert token is not None
    await call.database.run(end_session, token)
    call.ended_session = True


@api.get("/api/me", who=signed_in(), summary="Who is signed in")
async def me(call: Call) -> Me:
    return _me(call.actor, None)


@api.get("/api/sent-messages", who=staff(), summary="Messages as they were sent (demo installations)")
async def list_sent_messages(call: Call) -> list[SentMessageView]:
    if not call.settings.demo:
        raise Forbidden()
    async with call.database.reading() as session:
        return [
            SentMessageView(
                id=row.id,
                to=row.to,
                text=row.text,
                request_id=row.request_id,
                state=row.state.value,
                sent_at=(row.ended_at or row.written_at).isoformat(),
            )
            for row in await sent_messages(session)
        ]


def _staff_lifetime(call: Call) -> timedelta:
    return timedelta(hours=call.settings.session_hours)


def _surface(roles: frozenset[Role], body: SignIn) -> Surface:
    """Where somebody with ``roles`` signs in.

    Raises:
        WrongSurface: not there, or nowhere.
        SurfaceNeeded: with ``surfaces``, between which the person has to choose.
    """
    may = surfaces_of(roles)
    if body.surface is not None:
        may = [surface for surface in may if surface is body.surface]
    elif body.wanted in may:
        may = [body.wanted]
    if not may:
        raise WrongSurface()
    if len(may) > 1:
        raise SurfaceNeeded(surfaces=may)
    return may[0]


def _me(actor: Actor, session: SessionView | None, surface: Surface | None = None) -> Me:
    return Me(
        kind=actor.kind,
        id=actor.id,
        name=actor.name,
        name_en=actor.name_en,
        roles=sorted(actor.roles),
        request_id=actor.request_id,
        language=actor.language,
        surface=surface,
        session=session,
    )
