"""What the counter's HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from assist.bodies import Body, Language, Name, Phone, Version, Words
from assist.intake.bodies import RequestPlaceBody
from assist.request.kinds import Category


class LookupBody(Body):
    """What was typed or shown by the telephone. In the body, since addresses are kept in logs."""

    text: Annotated[Words, Field(max_length=120)]


class CounterRequestBody(Body):
    """A request on a caller's behalf. `client_id` is the page's name for it: sent again after an answer that
    got lost, it opens the same request."""

    client_id: UUID
    channel: Literal["hotline", "window"] = "hotline"
    category: Category
    place: RequestPlaceBody | None = None
    phone: Phone = ""
    name: Name = ""
    description: Annotated[Words, Field(max_length=1000)] = ""
    language: Language = "zh-Hans"


class CounterAnswerBody(Body):
    """What the caller was told."""

    version: Version | None = None
    note: Annotated[Words, Field(min_length=1, max_length=2000)]
