"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from assist.bodies import Body, Name
from assist.request.request import State


class RequestsQuery(Body):
    """Which requests to list, newest first; `before` is the last page's `next`.

    `q`: by whom or where, as `assist.desk.search` says.
    """

    state: State | None = None
    owner: UUID | None = None
    q: Name = ""
    before: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
