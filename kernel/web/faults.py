"""Errors on their way out: one JSON shape, in the caller's language."""

from __future__ import annotations

import json

import structlog
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from kernel import i18n
from kernel.errors import (
    CurbstopError,
    Fault,
    Forbidden,
    Invalid,
    MethodNotAllowed,
    NotFound,
    StorageFull,
    TooLarge,
    Unavailable,
)
from kernel.settings import Settings
from kernel.sql.absence import is_away, is_full
from kernel.web.call import language_of

log = structlog.get_logger(__name__)

_BY_STATUS: dict[int, type[CurbstopError]] = {
    400: Invalid,
    403: Forbidden,
    404: NotFound,
    405: MethodNotAllowed,
    413: TooLarge,
}
_HEADERS = {"retry_after": "Retry-After", "allow": "Allow"}
"""Parameters of errors that HTTP has a header for (RFC 9110, 10.2.3 and 15.5.6)."""

FAULTS_TOLD = 32
LONGEST_NAME = 64
LONGEST_PROBLEM = 300
"""Characters of a field's name, and of what is wrong with it, that are told: both may quote what was sent."""


class CutShort(Invalid):
    """What was sent ended too soon."""

    code = "cut_short"
    status = 400


def as_curbstop_error(error: Exception) -> CurbstopError:
    """Any exception as one of ours; what nobody foresaw becomes ``internal``, and is logged."""
    if isinstance(error, CurbstopError):
        return error
    if isinstance(error, HTTPException):
        allowed = (error.headers or {}).get("Allow")
        return MethodNotAllowed(allow=allowed) if allowed else _BY_STATUS.get(error.status_code, Invalid)()
    if isinstance(error, ClientDisconnect):
        return CutShort()
    if is_full(error):
        log.error("disk_full", error=type(error).__name__)
        return StorageFull(retry_after=60)
    if is_away(error):
        log.warning("part_away", error=type(error).__name__)
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
    headers |= {header: str(params[name]) for name, header in _HEADERS.items() if name in params}
    text = json.dumps({"error": body}, ensure_ascii=False, default=str)
    # A fault may name a field that somebody called by half a surrogate pair.
    return Response(text.encode(errors="replace"), error.status, headers, media_type="application/json")


def _message(language: str, code: str, detail: str, params: dict[str, object]) -> str:
    for area in ("errors", "reasons"):
        if code in i18n.catalogue(language, area):
            return i18n.text(language, area, code, **params)
    return detail or code


def faults_of(error: ValidationError, root: str) -> list[Fault]:
    """Pydantic's findings as faults, the first :data:`FAULTS_TOLD` of them; ``root``: ``body``, ``query``."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [_fault(each, root) for each in found[:FAULTS_TOLD]]


def _fault(found: ErrorDetails, root: str) -> Fault:
    where = ".".join((root, *(str(part)[:LONGEST_NAME] for part in found["loc"])))
    code = "field_missing" if found["type"] == "missing" else "field_invalid"
    if found["type"] == "extra_forbidden":
        code = "field_unknown"
    problem = found["msg"][:LONGEST_PROBLEM]
    return Fault(code, where, problem, {"field": where, "problem": problem})
