"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from assist.bodies import Body, Words


class MessageBody(Body):
    """A line of chat."""

    client_id: UUID
    text: Annotated[Words, Field(min_length=1, max_length=2000)]
