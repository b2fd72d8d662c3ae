"""What customers answered to guides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from assist.guide.guide import Ending
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime, enum_column


class GuideAnswer(Base):
    """An answer a customer gave to a step of a guide. `client_id` makes sending it twice the same as once."""

    __tablename__ = "guide_answer"
    __table_args__ = (Index("ix_guide_answer_client_id", "request_id", "client_id", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), index=True)
    client_id: Mapped[UUID | None]
    guide: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(40))
    answer: Mapped[str] = mapped_column(String(16))
    ending: Mapped[Ending | None] = mapped_column(enum_column(Ending))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
