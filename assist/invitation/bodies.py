"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from assist.bodies import Body, Language, Words
from assist.request.kinds import Category


class InvitationBody(Body):
    """Whom to invite, and in which language."""

    name: Annotated[Words, Field(min_length=1, max_length=80)]
    phone: Annotated[Words, Field(min_length=3, max_length=40)]
    language: Language
    category: Category = Category.OTHER


class RedemptionBody(Body):
    """A link's token; `bearer` asks for the session in the answer instead of a cookie.

    Whatever the address held is taken: what is no token is an unknown link, and is told so.
    """

    token: str
    bearer: bool = False
