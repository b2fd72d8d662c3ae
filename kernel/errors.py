"""One tree of errors.

Every refusal that can reach a person is a :class:`CurbstopError` with a stable ``code``, an HTTP
``status`` and a text in three languages under the key ``<code>`` of ``static/locales/*/errors.json``.
The first line of a class' docstring is its English text of last resort. A capability adds its own errors by
subclassing here-named kinds, so that a caller can tell what to do from the status alone:

===== ==========================================================
422   the input is wrong; ``faults`` names every fault at once
404   there is no such thing, or none that this caller may see
409   the input is fine, the moment is not; reload, then decide
429   slow down; ``retry_after`` says for how long
503   a part is away; ``retry_after`` says when to try again
507   a disk is full; nothing was stored, and it may be sent again
===== ==========================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True)
class Fault:
    """One thing wrong with an input, and where.

    ``where`` is a place a person can find: ``"line 12, skills"``, ``"feature 3"``, ``"body.contact.phone"``.
    ``params`` fill the translated text of ``code``.
    """

    code: str
    where: str
    detail: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


class CurbstopError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, detail: str = "", *, faults: Sequence[Fault] = (), **params: object) -> None:
        self.detail = detail or self.default_message()
        self.faults = tuple(faults)
        self.params = params
        super().__init__(self.detail)

    @classmethod
    def default_message(cls) -> str:
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


class Invalid(CurbstopError):
    """Some of what was sent is not right."""

    code = "invalid"
    status = 422


class Unauthenticated(CurbstopError):
    """Please sign in first."""

    code = "unauthenticated"
    status = 401


class Forbidden(CurbstopError):
    """You may not do this."""

    code = "forbidden"
    status = 403


class NotFound(CurbstopError):
    """There is nothing here, or nothing that you may see."""

    code = "not_found"
    status = 404


class MethodNotAllowed(CurbstopError):
    """This address does not do that."""

    code = "method_not_allowed"
    status = 405


class Refused(CurbstopError):
    """That is not possible at this moment."""

    code = "refused"
    status = 409


class StaleVersion(Refused):
    """Someone else changed this first; look at the new state and decide again."""

    code = "stale_version"


class Gone(CurbstopError):
    """This is no longer available."""

    code = "gone"
    status = 410


class TooLarge(CurbstopError):
    """That is too large."""

    code = "too_large"
    status = 413


class UnsupportedMedia(CurbstopError):
    """This kind of content is not accepted here."""

    code = "unsupported_media"
    status = 415


class RateLimited(CurbstopError):
    """Too many tries; please wait a little."""

    code = "rate_limited"
    status = 429


class Unavailable(CurbstopError):
    """This part is away for a moment; please try again."""

    code = "unavailable"
    status = 503


class Crowded(Unavailable):
    """Too many are at this at once; please try again in a moment."""

    code = "crowded"


class StorageFull(CurbstopError):
    """There is no room left to keep this; nothing of it was stored. Please try again later."""

    code = "storage_full"
    status = 507
