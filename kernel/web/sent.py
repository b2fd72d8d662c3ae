"""What came with a call: body, query and form, bounded before they are parsed, then validated.

A stranger may send whatever they like. So the work that any input can cause is bounded by counting first:
bytes, then JSON values, then fields; and of the faults that are found only the first few are told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import BaseModel, ValidationError
from python_multipart.multipart import parse_options_header
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.types import Message, Receive

from kernel.errors import Fault, Invalid, TooLarge, UnsupportedMedia
from kernel.web.api import MAX_JSON_BYTES, Operation, Upload
from kernel.web.call import House, address_of
from kernel.web.faults import faults_of

MAX_VALUES = 4096
"""JSON values in a body; the largest that is meant, 500 positions of a phone, has 3,000."""
MAX_QUERY_FIELDS = 64
FORM_OVERHEAD = 64 << 10
MAX_FIELDS = 16
UTF8 = frozenset({b"utf-8", b"utf8", b"us-ascii"})


@asynccontextmanager
async def sent(operation: Operation, house: House, request: Request) -> AsyncIterator[dict[str, Any]]:
    """The arguments that a call brought; all faults of all of them at once. A file is there until the end.

    Raises:
        Invalid: with a fault for each thing that is wrong.
        TooLarge: in bytes.
        UnsupportedMedia: it is neither JSON nor a form in UTF-8, whichever is asked for.
    """
    arguments: dict[str, Any] = {}
    faults: list[Fault] = []
    if operation.query is not None:
        if request.scope["query_string"].count(b"&") >= MAX_QUERY_FIELDS:
            raise _too_many("query", MAX_QUERY_FIELDS)
        try:
            arguments["query"] = operation.query.model_validate(dict(request.query_params))
        except ValidationError as error:
            faults += faults_of(error, "query")
    if operation.body is not None:
        data = await _read(request, operation.max_bytes or MAX_JSON_BYTES)
        try:
            arguments["body"] = validated(operation.body, data)
        except ValidationError as error:
            faults += faults_of(error, "body")
    if faults:
        raise Invalid(faults=faults)
    if not operation.form:
        yield arguments
        return
    with house.uploads.one_more(address_of(request)):
        form = await _form(request, operation.max_bytes or house.settings.max_upload_bytes)
        with form.stored:
            yield arguments | {"form": form}


def validated(model: type[BaseModel], data: bytes) -> BaseModel:
    """The body that ``data`` says, by JSON's own types: ``"5"`` is no number, ``1`` is no boolean."""
    # Every value stands after one of these: counting them is an upper bound, without parsing anything.
    if sum(map(data.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise _too_many("body", MAX_VALUES)
    try:
        return model.model_validate_json(data or b"{}", strict=True)
    except ValidationError as error:
        if error.error_count() == 1 and error.errors(include_url=False)[0]["type"] == "json_invalid":
            raise Invalid(faults=[Fault("not_json", "body", "this is not JSON")]) from None
        raise


def _too_many(where: str, most: int) -> Invalid:
    return Invalid(faults=[Fault("too_many_values", where, params={"where": where, "most": most})])


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


class _Form(MultiPartParser):
    spool_max_size = 64 << 10
    """Bytes of a file in memory; what is more goes to a nameless file on disk, until it is its turn."""


async def _form(request: Request, limit: int) -> Upload:
    """The one file of a multipart form, counted while it arrives, so that no more is ever kept."""
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    if media_type != b"multipart/form-data" or options.get(b"charset", b"utf-8").lower() not in UTF8:
        raise UnsupportedMedia()
    counted = Request(request.scope, _counted(request.receive, limit + FORM_OVERHEAD))
    parser = _Form(
        request.headers,
        counted.stream(),
        max_files=1,
        max_fields=MAX_FIELDS,
        max_part_size=FORM_OVERHEAD,
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise Invalid(faults=[Fault("not_a_form", "form", error.message)]) from None
    file = form.get("file")
    try:
        if file is None or isinstance(file, str):
            missing = Fault("field_missing", "form.file", "a file is missing", {"field": "file"})
            raise Invalid(faults=[missing])
        if (file.size or 0) > limit:
            raise TooLarge(limit=limit)
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
    except BaseException:
        await form.close()
        raise
    return Upload(file.file, file.size or 0, file.filename or "", file.content_type or "", fields)


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
