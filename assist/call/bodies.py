"""What the HTTP API of this room takes."""

from __future__ import annotations

from assist.bodies import Code, VersionBody


class EndBody(VersionBody):
    """Why a call ended or a customer is given back, as a short code."""

    reason: Code = "ended"
