"""What dispatchers moved, as rows: from where, so that it can be moved back."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from field.task.task import TaskState
from kernel.sql.base import Base
from kernel.sql.columns import UtcDateTime, enum_column


class TaskMove(Base):
    """One task of one move; ``move_id`` is the same of all, and ids grow in the order of the moving.

    ``from_…``: where it stood; no representative: the inbox, with the reason why it lay there.
    ``from_position``: its number in that day, and ``from_after``: the task it stood behind. ``step``: the
    line of the task's timeline that tells of the move.
    """

    __tablename__ = "task_move"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    move_id: Mapped[UUID]
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    from_state: Mapped[TaskState] = mapped_column(enum_column(TaskState))
    from_rep_id: Mapped[UUID | None] = mapped_column(ForeignKey("rep.id"))
    from_day: Mapped[date | None]
    from_position: Mapped[int]
    from_after: Mapped[UUID | None]
    from_reason: Mapped[str | None] = mapped_column(String(64))
    to_rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    step: Mapped[int]
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("move_id", "task_id"),)
