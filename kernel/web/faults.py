"""Errors on their way out: one JSON shape, in the caller's language."""

from __future__ import annotations

import json

import structlog
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kernel import i18n
from kernel.errors import (
    CurbstopError,
    Fault,
    Forbidden,
    Invalid,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    Unavailable,
)
from kernel.settings import Settings
from kernel.web.call import language_of

log = structlog.get_logger(__name__)

_BY_STATUS: dict[int, type[CurbstopError]] = {
    400: Invalid,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
}


def as_curbstop_error(error: Exception) -> CurbstopError:
    """Any exception as one of ours; what nobody foresaw becomes ``internal``, and is logged."""
    if isinstance(error, CurbstopError):
        return error
    if isinstance(error, HTTPException):
        return _BY_STATUS.get(error.status_code, Invalid)()
    if isinstance(error, OperationalError | InterfaceError | RedisError | ConnectionError | TimeoutError):
        log.warning("part_away", error=type(error).__name__)
        return Unavailable(retry_after=1)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Unavailable(retry_after=1)
    log.error("unforeseen_error", exc_info=error)
    return CurbstopError()


def answer(error: CurbstopError, request: Request, settings: Settings) -> Response:
    """The response that tells an error."""
    language = language_of(request, None, settings)
    params = dict(error.params)
    body = {
        "code": error.code,
        "message": _message(language, error.code, error.detail, params),
        "message_key": f"errors.{error.code}",
        "params": params,
        "faults": [
            {
                "code": fault.code,
                "where": fault.where,
                "detail": _message(language, fault.code, fault.detail, dict(fault.params)),
                "params": dict(fault.params),
            }
            for fault in error.faults
        ],
    }
    headers = {"Cache-Control": "no-store"}
    if "retry_after" in params:
        headers["Retry-After"] = str(params["retry_after"])
    text = json.dumps({"error": body}, ensure_ascii=False, default=str)
    # A fault may name a field that somebody called by half a surrogate pair.
    return Response(text.encode(errors="replace"), error.status, headers, media_type="application/json")


def _message(language: str, code: str, detail: str, params: dict[str, object]) -> str:
    for area in ("errors", "reasons"):
        if code in i18n.catalogue(language, area):
            return i18n.text(language, area, code, **params)
    return detail or code


def faults_of(error: ValidationError, root: str) -> list[Fault]:
    """Pydantic's findings as faults; ``root`` is ``body`` or ``query``."""
    return [_fault(found, root) for found in error.errors(include_url=False, include_input=False)]


def _fault(found: ErrorDetails, root: str) -> Fault:
    where = ".".join((root, *(str(part) for part in found["loc"])))
    code = "field_missing" if found["type"] == "missing" else "field_invalid"
    if found["type"] == "extra_forbidden":
        code = "field_unknown"
    return Fault(code, where, found["msg"], {"field": where, "problem": found["msg"]})
