"""What a route's function is given: the caller, the moment, and the house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar, cast

from pydantic import BaseModel
from redis.asyncio import Redis
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from kernel.actors import Actor
from kernel.clock import Clock
from kernel.database import Database
from kernel.errors import CurbstopError, Unauthenticated
from kernel.events.lease import Leases
from kernel.i18n import pick_language
from kernel.identity.sessions import Callers, NewSession
from kernel.process.turns import Asker
from kernel.settings import Settings
from kernel.web.limits import RateLimiter, Uploads, counted_as

T = TypeVar("T")
FaultPage = Callable[[CurbstopError, Request], Response | None]
"""The page that tells an error to a person; None for a program, which is answered with data."""


@dataclass(frozen=True)
class House:
    """What ``app.build`` put together, as the doors see it.

    ``services`` maps a wing's services class to its one instance.
    """

    settings: Settings
    database: Database
    redis: Redis
    clock: Clock
    leases: Leases
    limiter: RateLimiter
    services: dict[type, object] = field(default_factory=dict)
    uploads: Uploads = field(default_factory=Uploads)
    fault_page: FaultPage = lambda error, request: None

    @cached_property
    def callers(self) -> Callers:
        """Who is there, by their token."""
        return Callers(self.database, self.clock)

    def use(self, kind: type[T]) -> T:
        return cast(T, self.services[kind])


class SessionView(BaseModel):
    """A session's token, for clients that are not browsers."""

    token: str
    expires_at: datetime
    kept_until: datetime | None = None
    """Set on a session that ends at `expires_at` unless something is changed with it: then it ends here."""


class Call:
    """One HTTP call."""

    def __init__(self, house: House, request: Request, actor: Actor | None) -> None:
        self.house = house
        self.request = request
        self.caller = actor
        self.new_session: NewSession | None = None
        self.ended_session = False

    @property
    def actor(self) -> Actor:
        """Who calls; on a route for anyone, look at :attr:`caller`."""
        if self.caller is None:
            raise Unauthenticated()
        return self.caller

    @property
    def asker(self) -> Asker:
        """Who calls, for a fair turn at something scarce: by address, and among those by session."""
        return Asker(address_of(self.request), str(self.caller.id) if self.caller else "")

    @property
    def database(self) -> Database:
        return self.house.database

    @property
    def settings(self) -> Settings:
        return self.house.settings

    @property
    def now(self) -> datetime:
        return self.house.clock.now()

    @property
    def language(self) -> str:
        return language_of(self.request, self.caller, self.settings)

    def use(self, kind: type[T]) -> T:
        """A wing's services, by their class."""
        return self.house.use(kind)

    def sign_in(self, session: NewSession, *, bearer: bool) -> SessionView | None:
        """Give the caller a new session: in the answer for a program, in a cookie for a browser."""
        if bearer:
            return SessionView(
                token=session.token, expires_at=session.expires_at, kept_until=session.kept_until
            )
        self.new_session = session
        return None


@dataclass(frozen=True)
class SocketCall:
    """One WebSocket, accepted, with its first frame (``hello``) read and its caller known.

    ``session_id`` names the caller's session; the socket must close when it is revoked.
    """

    house: House
    socket: WebSocket
    actor: Actor
    hello: dict[str, Any]
    session_id: str

    def use(self, kind: type[T]) -> T:
        return self.house.use(kind)


def address_of(connection: HTTPConnection) -> str:
    """Whom a caller's address counts for."""
    return counted_as(connection.client.host if connection.client else "-")


def language_of(connection: HTTPConnection, actor: Actor | None, settings: Settings) -> str:
    """The language to answer in: what the page asks for, else the person's own, else the default."""
    accepted = connection.headers.get("accept-language", "")
    if accepted:
        return pick_language(accepted, settings.default_language)
    return (actor.language if actor else "") or settings.default_language
