"""How calls came about, step by step."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime


class ConnectionStep(Base):
    """Open join telemetry: link opened, permission asked, first frame, first still and the like."""

    __tablename__ = "connection_step"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), index=True)
    actor_kind: Mapped[str] = mapped_column(String(16))
    step: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(JsonColumn, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
