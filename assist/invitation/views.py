"""What this capability shows, as JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from assist.request.views import View


class InvitationView(View):
    """A personal link; it can be read here once and is stored nowhere."""

    request_id: UUID
    link: str
    qr_svg: str
    expires_at: datetime
