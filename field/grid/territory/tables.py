"""Territories as rows: what weighs, what is agreed about zones and people, proposals, and days of absence."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from field.grid.territory.proposal import ProposalState
from kernel.sql.base import Base
from kernel.sql.columns import JsonColumn, UtcDateTime, Versioned, enum_column


class WorkloadWeights(Versioned, Base):
    """How the utility weighs a zone's work: one row, made when somebody first changes it. ``most_zones``:
    that one representative may have."""

    __tablename__ = "workload_weights"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    connections: Mapped[float]
    main_length_m: Mapped[float]
    task_minutes: Mapped[float]
    key_accounts: Mapped[float]
    min_night_flow: Mapped[float]
    area: Mapped[float]
    most_zones: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ZoneTerms(Versioned, Base):
    """What is agreed about a zone beside its deputy, who stands in its record. A ``locked`` one stays with
    its owner; ``skills`` (skill → level) and ``language`` are what its representative must have."""

    __tablename__ = "zone_terms"

    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zone.id"), primary_key=True)
    locked: Mapped[bool]
    skills: Mapped[dict[str, int]] = mapped_column(JsonColumn)
    language: Mapped[str] = mapped_column(String(16))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RepTerms(Versioned, Base):
    """What is agreed about a representative: ``capacity`` in hundredths of a full one's work, none for those
    who answer for no zones; ``languages`` beside the utility's own."""

    __tablename__ = "rep_terms"

    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"), primary_key=True)
    capacity: Mapped[int]
    languages: Mapped[list[str]] = mapped_column(JsonColumn)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TerritoryProposal(Versioned, Base):
    """One proposal. ``basis`` is all that it was worked out from (:mod:`field.grid.territory.basis`), empty
    until it is ready; ``grid_version``: of the zones and people that it stands on."""

    __tablename__ = "territory_proposal"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[ProposalState] = mapped_column(enum_column(ProposalState), index=True)
    station: Mapped[str | None] = mapped_column(String(32))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[UUID]
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(40))
    grid_version: Mapped[UUID | None]
    basis: Mapped[dict[str, Any]] = mapped_column(JsonColumn, deferred=True)
    chosen_id: Mapped[UUID | None]
    begins_on: Mapped[date | None]
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TerritoryAlternative(Versioned, Base):
    """One division of a proposal's zones: for each zone of the basis a representative's number there, or -1.
    ``computed`` is as it was found, ``owner`` as it was nudged since; ``figures`` are those of ``owner``."""

    __tablename__ = "territory_alternative"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("territory_proposal.id"), index=True)
    rank: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    computed: Mapped[list[int]] = mapped_column(JsonColumn)
    owner: Mapped[list[int]] = mapped_column(JsonColumn)
    figures: Mapped[dict[str, Any]] = mapped_column(JsonColumn)
    nudged: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OwnerNotice(Base):
    """What changes for one representative with a published proposal, until read. Codes of zones; ``pushed``:
    the phone has been told."""

    __tablename__ = "owner_notice"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("territory_proposal.id"))
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    begins_on: Mapped[date]
    gained: Mapped[list[str]] = mapped_column(JsonColumn)
    lost: Mapped[list[str]] = mapped_column(JsonColumn)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime)
    pushed: Mapped[bool] = mapped_column(index=True)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn: Mapped[bool]

    __table_args__ = (Index("ix_owner_notice_rep_id_told_at", "rep_id", "told_at"),)


class Absence(Base):
    """A representative who is away for one day at short notice. ``had_start``, ``had_end``: other hours that
    the day had before, to be put back when it ends early."""

    __tablename__ = "absence"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    day: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[UUID]
    had_start: Mapped[datetime | None] = mapped_column(UtcDateTime)
    had_end: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("rep_id", "day"),)


class ZoneCover(Base):
    """Who answers for a zone on one day, in its owner's place."""

    __tablename__ = "zone_cover"

    zone_id: Mapped[UUID] = mapped_column(ForeignKey("zone.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    rep_id: Mapped[UUID] = mapped_column(ForeignKey("rep.id"))
    absence_id: Mapped[UUID] = mapped_column(ForeignKey("absence.id"))

    __table_args__ = (Index("ix_zone_cover_day", "day"),)
