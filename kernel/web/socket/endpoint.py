"""From declarations to WebSocket routes: origin, caller and first frame are checked in one place.

A socket's first frame is ``{"type": "hello", "version": 1}`` (or a later version: that is the newest which
the client speaks); a program puts its session ``token`` there, a browser has its cookie. Nothing is sent
before it. Close codes: 4400 no proper hello, 4401 not signed in, 4403 not allowed, 4404 nothing here, 1013
try again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from kernel.actors import Actor, Surface
from kernel.errors import CurbstopError, Forbidden, NotFound, Unauthenticated
from kernel.ids import token_hash
from kernel.web.api import Api, SocketRoute
from kernel.web.call import House, SocketCall
from kernel.web.faults import as_curbstop_error
from kernel.web.metrics import SOCKETS
from kernel.web.origin import OriginRefused, check_origin, presented_token

log = structlog.get_logger(__name__)

HELLO_WITHIN_S = 10.0
MAX_HELLO = 4096
PROTOCOL_VERSION = 1

_CLOSE_CODES: tuple[tuple[type[CurbstopError], int], ...] = (
    (Unauthenticated, 4401),
    (Forbidden, 4403),
    (NotFound, 4404),
)


class BadHello(CurbstopError):
    """The first frame must be a hello of a known version."""

    code = "bad_hello"
    status = 400


def socket_routes(apis: Iterable[Api], house: House) -> list[BaseRoute]:
    """Starlette routes for every declared WebSocket."""
    return [
        WebSocketRoute(declared.path, _endpoint(declared, house)) for api in apis for declared in api.sockets
    ]


def _endpoint(declared: SocketRoute, house: House) -> Callable[[WebSocket], Awaitable[None]]:
    async def endpoint(socket: WebSocket) -> None:
        try:
            check_origin(socket, house.settings)
        except OriginRefused:
            await socket.close(4403)  # before accepting: the browser sees HTTP 403
            return
        await socket.accept()
        with SOCKETS.labels(declared.path).track_inprogress():
            try:
                call = await _greet(declared, house, socket)
                arguments = _path_arguments(declared, socket)
                if call.actor.kind == "customer" and "request_id" in arguments:
                    if arguments["request_id"] != call.actor.request_id:
                        raise NotFound()
                await declared.handler(call, **arguments)
            except WebSocketDisconnect:
                pass
            except Exception as error:
                await _turn_away(socket, as_curbstop_error(error))

    return endpoint


async def _greet(declared: SocketRoute, house: House, socket: WebSocket) -> SocketCall:
    try:
        text = await asyncio.wait_for(socket.receive_text(), HELLO_WITHIN_S)
        hello = json.loads(text) if len(text) <= MAX_HELLO else None
    except (TimeoutError, ValueError, KeyError, RecursionError):
        raise BadHello() from None
    if not isinstance(hello, dict) or hello.get("type") != "hello" or not _speaks_ours(hello.get("version")):
        raise BadHello()
    token, surface = presented_token(socket)
    if isinstance(hello.get("token"), str):
        token, surface = hello["token"], None
    actor = await _actor(house, token, surface)
    declared.who.require(actor)
    assert token is not None and actor is not None, "sockets are for people signed in"
    return SocketCall(house, socket, actor, hello, token_hash(token).hex())


def _speaks_ours(newest: object) -> bool:
    """Whether a client whose newest version is ``newest`` speaks ours: later ones speak the earlier."""
    return isinstance(newest, int) and not isinstance(newest, bool) and newest >= PROTOCOL_VERSION


async def _actor(house: House, token: str | None, surface: Surface | None) -> Actor | None:
    return None if token is None else await house.callers.who(token, surface)


def _path_arguments(declared: SocketRoute, socket: WebSocket) -> dict[str, Any]:
    try:
        return {name: kind(socket.path_params[name]) for name, kind in declared.path_params.items()}
    except ValueError:
        raise NotFound() from None


async def _turn_away(socket: WebSocket, error: CurbstopError) -> None:
    code = next((code for kind, code in _CLOSE_CODES if isinstance(error, kind)), 1013)
    if isinstance(error, BadHello):
        code = 4400
    try:
        await socket.send_json({"type": "error", "code": error.code, "message": error.detail})
        await socket.close(code, error.code)
    except (RuntimeError, WebSocketDisconnect):
        pass  # gone already
