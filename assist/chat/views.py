"""What this capability shows, as JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from assist.request.views import View


class MessageView(View):
    """A line of chat."""

    id: UUID
    client_id: UUID
    author: str = Field(description="customer or staff")
    author_id: UUID
    author_name: str
    text: str
    sent_at: datetime
