"""From declarations to Starlette routes: the one door every call goes through.

In this order: whose session, may they, how often, what did they send, then the function.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog
from pydantic import ValidationError
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Message, Receive

from kernel.actors import Actor
from kernel.errors import Fault, Invalid, NotFound, TooLarge, UnsupportedMedia
from kernel.identity.sessions import end_session, who
from kernel.web.api import MAX_JSON_BYTES, Api, Operation, Upload
from kernel.web.call import Call, House
from kernel.web.faults import answer, as_curbstop_error, faults_of
from kernel.web.limits import counted_as
from kernel.web.metrics import observed
from kernel.web.origin import SAFE_METHODS, check_origin, cookie_name, presented_token

FORM_OVERHEAD = 64 << 10
MAX_FIELDS = 16

log = structlog.get_logger(__name__)


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
    return [
        Route(path, _endpoint(methods, house), methods=sorted(methods), name=path)
        for path, methods in ordered
    ]


def _endpoint(operations: dict[str, Operation], house: House) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        operation = operations.get(request.method) or operations["GET"]  # HEAD is GET without its body
        with observed(operation.method, operation.path) as record:
            try:
                response = await serve(operation, house, request)
            except Exception as error:
                response = answer(as_curbstop_error(error), request, house.settings)
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
        await house.limiter.take(operation.limit, counted_as(request.client.host if request.client else "-"))
    arguments = _path_arguments(operation, request)
    if actor is not None and actor.kind == "customer":
        _only_own_request(actor, arguments)
    arguments |= await _sent(operation, house, request)
    call = Call(house, request, actor)
    result = await operation.handler(call, **arguments)
    await _end_replaced(call)
    return _respond(operation, call, result)


async def _end_replaced(call: Call) -> None:
    """A browser that gets a new cookie loses the one it had; the session that one named ends with it."""
    if call.new_session is not None:
        replaced = call.request.cookies.get(cookie_name(call.new_session.surface))
        if replaced and replaced != call.new_session.token:
            await call.database.run(end_session, replaced)


async def caller(request: Request, house: House) -> Actor | None:
    """Who calls; None for nobody, or for a token that no longer holds."""
    token, surface = presented_token(request)
    if token is None:
        return None
    async with house.database.glance() as session:
        return await who(session, token, house.clock.now(), surface)


def _path_arguments(operation: Operation, request: Request) -> dict[str, Any]:
    try:
        return {name: kind(request.path_params[name]) for name, kind in operation.path_params.items()}
    except ValueError:
        raise NotFound() from None


def _only_own_request(actor: Actor, arguments: dict[str, Any]) -> None:
    if arguments.get("request_id", actor.request_id) != actor.request_id:
        raise NotFound()


async def _sent(operation: Operation, house: House, request: Request) -> dict[str, Any]:
    """Body, query and form, validated; all faults of all of them at once."""
    arguments: dict[str, Any] = {}
    faults: list[Fault] = []
    if operation.query is not None:
        try:
            arguments["query"] = operation.query.model_validate(dict(request.query_params))
        except ValidationError as error:
            faults += faults_of(error, "query")
    if operation.body is not None:
        data = await _read(request, operation.max_bytes or MAX_JSON_BYTES)
        try:
            arguments["body"] = operation.body.model_validate(_json(data))
        except ValidationError as error:
            faults += faults_of(error, "body")
    if operation.form:
        arguments["form"] = await _form(request, operation.max_bytes or house.settings.max_upload_bytes)
    if faults:
        raise Invalid(faults=faults)
    return arguments


def _json(data: bytes) -> Any:
    try:
        return json.loads(data or b"{}")
    except (ValueError, RecursionError):
        raise Invalid(faults=[Fault("not_json", "body", "this is not JSON")]) from None


async def _read(request: Request, limit: int) -> bytes:
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMedia()
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > limit:
            raise TooLarge(limit=limit)
    return bytes(data)


async def _form(request: Request, limit: int) -> Upload:
    """The one file of a multipart form, counted while it arrives, so that no more is ever kept."""
    media_type = request.headers.get("content-type", "")
    if not media_type.lower().startswith("multipart/form-data"):
        raise UnsupportedMedia()
    counted = Request(request.scope, _counted(request.receive, limit + FORM_OVERHEAD))
    try:
        form = await counted.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=FORM_OVERHEAD)
    except MultiPartException as error:
        raise Invalid(faults=[Fault("not_a_form", "form", error.message)]) from None
    try:
        file = form.get("file")
        if file is None or isinstance(file, str):
            raise Invalid(
                faults=[Fault("field_missing", "form.file", "a file is missing", {"field": "file"})]
            )
        data = await file.read()
        if len(data) > limit:
            raise TooLarge(limit=limit)
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return Upload(data, file.filename or "", file.content_type or "", fields)
    finally:
        await form.close()


def _counted(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge(limit=limit)
        return message

    return counting


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
        seconds = int((new.expires_at - call.now).total_seconds())
        response.set_cookie(cookie_name(new.surface), new.token, max_age=seconds, **options)
    _token, surface = presented_token(call.request)
    if call.ended_session and surface is not None:
        response.delete_cookie(cookie_name(surface), **options)
        # Whoever sits down here next finds no picture that was looked at.
        response.headers["Clear-Site-Data"] = '"cache"'
