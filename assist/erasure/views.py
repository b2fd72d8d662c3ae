"""What this capability shows, as JSON."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from assist.request.views import View


class ErasureView(View):
    """What told of the customer is gone; what is left says what happened, and when."""

    request_id: UUID
    erased_at: datetime
