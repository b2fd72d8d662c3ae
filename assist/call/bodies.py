"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Literal

from assist.bodies import Code, VersionBody


class EndBody(VersionBody):
    """Why a call ended, as a short code."""

    reason: Code = "ended"


class ReturnBody(VersionBody):
    """Why a customer is given back. The customer is told it in words, so there are words for each."""

    reason: Literal["other_skill", "other_language", "shift_over", "other"] = "other"
