"""From declarations to Starlette routes: the one door every call goes through.

In this order: whose session, may they, how often, what did they send, then the function.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, NoMatchFound, Route
from starlette.types import Receive, Scope, Send

from kernel.actors import Actor
from kernel.errors import NotFound
from kernel.identity.sessions import end_session, keep_session
from kernel.web.api import Api, Operation
from kernel.web.call import Call, House, address_of
from kernel.web.faults import answer, as_curbstop_error
from kernel.web.headers import compress
from kernel.web.limits import Limit
from kernel.web.metrics import observed
from kernel.web.origin import SAFE_METHODS, check_origin, cookie_name, presented_token
from kernel.web.sent import sent

log = structlog.get_logger(__name__)


_FOUND = "curbstop.route"
Shape = tuple[int, str]


def routes(apis: Iterable[Api], house: House) -> list[BaseRoute]:
    """Starlette routes for every operation; a known path with another method answers 405."""
    by_path: dict[str, dict[str, Operation]] = {}
    for api in apis:
        for operation in api.operations:
            methods = by_path.setdefault(operation.path, {})
            if operation.method in methods:
                raise TypeError(f"{operation.method} {operation.path} is declared twice")
            methods[operation.method] = operation
    ordered = sorted(by_path.items(), key=lambda item: ("{" in item[0], item[0]))
    declared = (
        Route(path, _endpoint(methods, house), methods=sorted(methods), name=path)
        for path, methods in ordered
    )
    return [Paths(declared)]


def _endpoint(operations: dict[str, Operation], house: House) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        operation = operations.get(request.method) or operations["GET"]  # HEAD is GET without its body
        with observed(operation.method, operation.path) as record:
            try:
                response = await serve(operation, house, request)
            except Exception as error:
                fault = as_curbstop_error(error)
                response = house.fault_page(fault, request) or answer(fault, request, house.settings)
            record(response.status_code)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return endpoint


async def serve(operation: Operation, house: House, request: Request) -> Response:
    """Answer one call. Raises what the function raises; the endpoint turns it into a response."""
    if request.method not in SAFE_METHODS:
        check_origin(request, house.settings)
    actor = await caller(request, house)
    operation.who.require(actor)
    if operation.limit is not None:
        await house.limiter.take(operation.limit, _counted_for(operation.limit, request, actor))
    arguments = _path_arguments(operation, request)
    if actor is not None and actor.kind == "customer":
        _only_own_request(actor, arguments)
    call = Call(house, request, actor)
    async with sent(operation, house, request) as found:
        result = await operation.handler(call, **arguments, **found)
    await _end_replaced(call)
    await _keep(call, operation)
    response = _respond(operation, call, result)
    if operation.compressed:
        await compress(request, response)
    return response


def _counted_for(limit: Limit, request: Request, actor: Actor | None) -> str:
    if limit.per_person and actor is not None:
        return str(actor.id)
    return address_of(request)


async def _end_replaced(call: Call) -> None:
    """A browser that gets a new cookie loses the one it had; the session that one named ends with it."""
    if call.new_session is not None:
        replaced = call.request.cookies.get(cookie_name(call.new_session.surface))
        if replaced and replaced != call.new_session.token:
            await call.database.run(end_session, replaced)


async def _keep(call: Call, operation: Operation) -> None:
    """Somebody on trial has changed something of their own: they stay.

    What anybody may do tells nothing, and who signs out does not stay.
    """
    own = call.request.method not in SAFE_METHODS and not operation.who.includes(None)
    if own and call.actor.on_trial and not call.ended_session:
        token, _surface = presented_token(call.request)
        assert token is not None
        await call.database.run(keep_session, token)


async def caller(request: Request, house: House) -> Actor | None:
    """Who calls; None for nobody, or for a token that no longer holds."""
    token, surface = presented_token(request)
    return None if token is None else await house.callers.who(token, surface)


def _path_arguments(operation: Operation, request: Request) -> dict[str, Any]:
    try:
        return {name: kind(request.path_params[name]) for name, kind in operation.path_params.items()}
    except ValueError:
        raise NotFound() from None


def _only_own_request(actor: Actor, arguments: dict[str, Any]) -> None:
    if arguments.get("request_id", actor.request_id) != actor.request_id:
        raise NotFound()


def _respond(operation: Operation, call: Call, result: Any) -> Response:
    if isinstance(result, Response):
        response = result
    elif operation.returns is None:
        response = Response(status_code=operation.status)
    else:
        body = operation.returns.dump_json(result, by_alias=True)
        response = Response(body, operation.status, media_type="application/json")
    _set_cookies(call, response)
    return response


def _set_cookies(call: Call, response: Response) -> None:
    options: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "strict"}
    if (new := call.new_session) is not None:
        # A session on trial ends here, not in the browser: an answer that says it is kept may get lost.
        seconds = int(((new.kept_until or new.expires_at) - call.now).total_seconds())
        response.set_cookie(cookie_name(new.surface), new.token, max_age=seconds, **options)
    _token, surface = presented_token(call.request)
    if call.ended_session and surface is not None:
        response.delete_cookie(cookie_name(surface), **options)


def shape(path: str) -> Shape:
    """How many parts a path has, and its second."""
    parts = path.split("/", 3)
    return path.count("/"), parts[2] if len(parts) > 2 else ""


class Paths(BaseRoute):
    """Routes as one, that asks few of them; in their order.

    Starlette asks each in turn, and a call's own was the fiftieth that it asked. Two paths can only mean the
    same where they have as many parts and the same second one (``/api/requests/…``).
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._of: dict[Shape, list[Route]] = {}
        for route in routes:
            if "{" in shape(route.path)[1]:
                raise TypeError(f"{route.path}: its second part is a parameter")
            self._of.setdefault(shape(route.path), []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        best: tuple[Match, Scope] = Match.NONE, {}
        for route in self._of.get(shape(path), ()):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return match, {**found, _FOUND: route}
            if match is Match.PARTIAL and best[0] is Match.NONE:
                best = match, {**found, _FOUND: route}
        return best

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope[_FOUND].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: object) -> object:  # type: ignore[override]
        raise NoMatchFound(name, dict(path_params))
