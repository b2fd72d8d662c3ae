"""The technician's verdict, as a row."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from assist.verdict.verdict import NoStillReason, Ownership, Severity, Verdict
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, enum_column


class VerdictRow(Base):
    """The technician's verdict on a request (see `assist.verdict.verdict`)."""

    __tablename__ = "verdict"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("service_request.id"), primary_key=True)
    ownership: Mapped[Ownership] = mapped_column(enum_column(Ownership))
    fault: Mapped[str] = mapped_column(String(40))
    severity: Mapped[Severity] = mapped_column(enum_column(Severity))
    still_ids: Mapped[list[str]] = mapped_column(JsonColumn)
    no_still_reason: Mapped[NoStillReason | None] = mapped_column(enum_column(NoStillReason))
    note: Mapped[str] = mapped_column(String(2000), default="")
    given_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def as_verdict(self) -> Verdict:
        """The verdict as the rules know it."""
        stills = tuple(map(UUID, self.still_ids))
        return Verdict(self.ownership, self.fault, self.severity, stills, self.no_still_reason)
