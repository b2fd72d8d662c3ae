"""What a browser needs to reach the media node from behind a network that blocks UDP."""

from __future__ import annotations

import hashlib
from datetime import datetime

from pydantic import Field

from assist.request.views import View
from assist.webrtc.turn.credentials import credentials
from kernel.web import Api, Call, signed_in

api = Api("assist")


class IceServerView(View):
    """An entry of ``RTCConfiguration.iceServers`` (W3C WebRTC §4.2.4)."""

    urls: tuple[str, ...]
    username: str
    credential: str


class IceServersView(View):
    """``expires_at``: ask again before; null when there is nothing to expire."""

    ice_servers: list[IceServerView] = Field(description="Empty: the media node is reached directly.")
    expires_at: datetime | None


@api.get("/api/ice-servers", who=signed_in(), summary="TURN servers, with credentials for ten minutes")
async def read_ice_servers(call: Call) -> IceServersView:
    settings = call.settings
    if not settings.turn_urls or not settings.turn_secret:
        return IceServersView(ice_servers=[], expires_at=None)
    # The TURN server keeps a log of its own: it learns that two calls are one person's, and not whose.
    holder = hashlib.sha256(f"{settings.turn_secret}:{call.actor.id}".encode()).hexdigest()[:16]
    made = credentials(settings.turn_secret, holder, call.now)
    server = IceServerView(urls=settings.turn_urls, username=made.username, credential=made.password)
    return IceServersView(ice_servers=[server], expires_at=made.expires_at)
