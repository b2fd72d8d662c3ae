"""What customers answered to guides."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from assist.guide.guide import Ending
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime, enum_column


class GuideAnswer(Base):
    """An answer a customer gave to a step of a guide."""

    __tablename__ = "guide_answer"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), index=True)
    guide: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(40))
    answer: Mapped[str] = mapped_column(String(16))
    ending: Mapped[Ending | None] = mapped_column(enum_column(Ending))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
