"""Re-optimisations and the policies that ask for them, as rows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from field.reoptimise.policy import Trigger
from field.reoptimise.proposal import ProposalState
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned, enum_column

Json = dict[str, Any]


class Reoptimisation(Versioned, Base):
    """One wish for a better plan of a station's rest of a day, and what came of it.

    ``gone``: ids of representatives who do no more of what they have not begun; ``locks``: task id → ``rep``
    (stays with whoever has it) or ``place`` (and in its order). ``plan``: representative's id → task ids in
    their order, of each route that changes; ``versions``: of those routes as they were read, 0 where there
    was none; ``outcome``: what is shown of it.
    """

    __tablename__ = "reoptimisation"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(String(32))
    day: Mapped[date]
    state: Mapped[ProposalState] = mapped_column(enum_column(ProposalState), index=True)
    cause: Mapped[Trigger] = mapped_column(enum_column(Trigger))
    by_itself: Mapped[bool]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    budget_s: Mapped[int]
    gain_s: Mapped[int]
    """Seconds that the plan has to be better by, in all."""
    gone: Mapped[list[str]] = mapped_column(JsonColumn)
    locks: Mapped[dict[str, str]] = mapped_column(JsonColumn)
    attempts: Mapped[int]
    runs_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When whoever runs it must have been heard of."""
    plan: Mapped[dict[str, list[str]]] = mapped_column(JsonColumn)
    versions: Mapped[dict[str, int]] = mapped_column(JsonColumn)
    outcome: Mapped[Json] = mapped_column(JsonColumn)
    what_if: Mapped[Json | None] = mapped_column(JsonColumn)
    """What is supposed of the day, if anything (see :mod:`field.reoptimise.supposed.what_if`)."""

    __table_args__ = (Index("ix_reoptimisation_station_day", "station", "day"),)


class ReoptimisationPolicy(Versioned, Base):
    """When a re-optimisation is asked for by itself (see :mod:`field.reoptimise.policy`); one row a
    trigger.
    """

    __tablename__ = "reoptimisation_policy"

    cause: Mapped[Trigger] = mapped_column(enum_column(Trigger), primary_key=True)
    enabled: Mapped[bool]
    threshold: Mapped[int]
    by_itself: Mapped[bool]
    gain_s: Mapped[int]
    budget_s: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
