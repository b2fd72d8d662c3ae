"""How a client's frames are read, and what is told of one that cannot be (``docs/protocol.md``)."""

from __future__ import annotations

import re

import msgspec
from msgspec import Struct

from assist.webrtc.protocol import Frame

MAX_FRAME_BYTES = 65_536


class ProtocolError(Exception):
    """A frame that cannot be read. ``code`` is stable, ``where`` names the field, ``of`` the frame if it
    had an id."""

    def __init__(self, code: str, where: str = "", detail: str = "", of: str | None = None) -> None:
        super().__init__(f"{code} {where} {detail}".strip())
        self.code = code
        self.where = where
        self.detail = detail
        self.of = of


class _Envelope(Struct):
    """As much of a faulty frame as its error needs."""

    id: str | None = None


_DECODER: msgspec.json.Decoder[Frame] = msgspec.json.Decoder(Frame)
_ENVELOPE = msgspec.json.Decoder(_Envelope)
_ANY = msgspec.json.Decoder()
_PATH = re.compile(r" - at `\$\.?(.*)`$")
_MISSING = re.compile(r"(?:missing required|unknown) field `(.+?)`")
_NAMED = re.compile(r"^([a-z_]+): ")
_VALUES = re.compile(r"'.*'|\".*\"")
_ENDS = 200
"""Characters read at either end of a message of msgspec's. What is between was said by the client, up to
64 kB of it, and could make a pattern begin anew at each of its characters."""


def parse(raw: str | bytes) -> Frame:
    """The frame that ``raw`` (one WebSocket text message) holds.

    Raises:
        ProtocolError: ``frame_too_large``, ``not_json``, ``unknown_type`` or ``bad_field``.
    """
    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    if len(data) > MAX_FRAME_BYTES:
        raise ProtocolError("frame_too_large", detail=str(len(data)))
    try:
        return _DECODER.decode(data)
    except msgspec.ValidationError as error:
        raise _fault(str(error), data) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError("not_json", detail=type(error).__name__) from None


def _fault(text: str, data: bytes) -> ProtocolError:
    """A validation message of msgspec as a protocol error. The offending value itself is left out of it."""
    try:
        if not isinstance(_ANY.decode(data), dict):
            return ProtocolError("not_json", detail="not an object")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # The type was wrong before the end of the text was: it is not JSON at all.
        return ProtocolError("not_json", detail=type(error).__name__)
    try:
        of = _ENVELOPE.decode(data).id
    except msgspec.DecodeError:
        of = None
    of = of if of is not None and re.fullmatch(r"[A-Za-z0-9_-]{1,40}", of) else None
    if len(text) > 2 * _ENDS:
        text = text[:_ENDS] + "…" + text[-_ENDS:]
    path = _PATH.search(text)
    message = _PATH.sub("", text)
    missing, named = _MISSING.search(message), _NAMED.match(message)
    parts = [path.group(1)] if path and path.group(1) else []
    parts += [match.group(1) for match in (missing, named) if match]
    where = ".".join(parts)
    if where in ("type", "key` in `") or where.startswith("type."):
        return ProtocolError("unknown_type", "type", of=of)
    return ProtocolError("bad_field", where[:80], _VALUES.sub("…", message)[:120], of=of)
