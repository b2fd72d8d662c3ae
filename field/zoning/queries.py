"""Reading proposals of territories, what is agreed, and who is absent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from field.grid.store import grid_version
from field.grid.tables import Rep, Zone
from field.grid.territory.basis import problem_of, shown
from field.grid.territory.engine.figures import figures_of
from field.grid.territory.tables import (
    Absence,
    OwnerNotice,
    RepTerms,
    TerritoryAlternative,
    TerritoryProposal,
    ZoneCover,
    ZoneTerms,
)
from field.zoning.views import (
    AbsenceView,
    CoverView,
    RepTermsView,
    TerritoryAlternativeView,
    TerritoryProposalBriefView,
    TerritoryProposalView,
    TerritoryRepFiguresView,
    TerritoryRepView,
    TerritoryTermsView,
    TerritoryZoneView,
    ZoneTermsView,
    figures_view,
)
from kernel.errors import NotFound

LISTED: Final = 30
"""Proposals that are listed, the newest first."""


async def proposals(session: AsyncSession) -> list[TerritoryProposalBriefView]:
    """The newest proposals."""
    rows = await session.scalars(
        select(TerritoryProposal).order_by(TerritoryProposal.id.desc()).limit(LISTED)
    )
    listed = list(rows)
    heard = await _heard(session, [row.id for row in listed])
    return [_brief(row, *heard.get(row.id, (0, 0))) for row in listed]


async def _heard(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Of each proposal: how many were told of it, and how many have read that."""
    told = (
        select(OwnerNotice.proposal_id, func.count(), func.count(OwnerNotice.read_at))
        .where(OwnerNotice.proposal_id.in_(ids), ~OwnerNotice.withdrawn)
        .group_by(OwnerNotice.proposal_id)
    )
    return {id: (count, read) for id, count, read in await session.execute(told)}


def _brief(row: TerritoryProposal, told: int, read: int) -> TerritoryProposalBriefView:
    return TerritoryProposalBriefView(**_facts(row), told=told, read=read)


def _facts(row: TerritoryProposal) -> dict[str, Any]:
    names = ("id", "station", "asked_at", "ready_at", "reason", "begins_on", "chosen_id", "version")
    return {name: getattr(row, name) for name in names} | {"state": row.state.value}


async def proposal(session: AsyncSession, id: UUID) -> TerritoryProposalView:
    """One proposal, to be drawn.

    Raises:
        NotFound.
    """
    row = await session.get(TerritoryProposal, id, options=[undefer(TerritoryProposal.basis)])
    if row is None:
        raise NotFound()
    told, read = (await _heard(session, [id])).get(id, (0, 0))
    basis = row.basis
    if not basis:
        empty: dict[str, Any] = {"zones": [], "reps": [], "now": None, "alternatives": [], "used": []}
        return TerritoryProposalView(**_facts(row), told=told, read=read, **empty, outdated=False)
    listed = select(TerritoryAlternative).where(TerritoryAlternative.proposal_id == id)
    alternatives = await session.scalars(listed.order_by(TerritoryAlternative.rank))
    problem = problem_of(basis)
    locked = frozenset(basis["locked"])
    people = await session.execute(select(Rep.id, Rep.name, Rep.name_en))
    names = {str(rep_id): (name, name_en) for rep_id, name, name_en in people}
    target = problem.target / problem.load.sum()
    return TerritoryProposalView(
        **_facts(row),
        told=told,
        read=read,
        zones=[
            TerritoryZoneView(
                id=zone_id,
                code=code,
                load=basis["load"][at],
                locked=at in locked,
                beside=problem.neighbours[at],
                able=basis["able"][at],
                now=basis["owner"][at],
            )
            for at, (zone_id, code) in enumerate(basis["zones"])
        ],
        reps=[
            TerritoryRepView(
                id=rep_id,
                code=code,
                name=names.get(rep_id, (code, code))[0],
                name_en=names.get(rep_id, (code, code))[1],
                share=round(float(target[at]), 5),
            )
            for at, (rep_id, code) in enumerate(basis["reps"])
        ],
        now=figures_view(shown(figures_of(problem, basis["owner"]))),
        alternatives=[alternative_view(each) for each in alternatives],
        used=basis["used"],
        outdated=row.begun_at is None and await grid_version(session) != row.grid_version,
    )


def alternative_view(row: TerritoryAlternative) -> TerritoryAlternativeView:
    """One division as JSON."""
    return TerritoryAlternativeView(
        id=row.id,
        kind=row.kind,
        nudged=row.nudged,
        version=row.version,
        figures=figures_view(row.figures),
        reps=[
            TerritoryRepFiguresView(load=load, deviation=deviation, zones=zones, gained=gained, lost=lost)
            for load, deviation, zones, gained, lost in row.figures["reps"]
        ],
        owner=row.owner,
    )


async def terms(session: AsyncSession) -> TerritoryTermsView:
    """All that is agreed about zones and people at work."""
    listed = select(Zone.id, Zone.record, ZoneTerms).outerjoin(ZoneTerms, ZoneTerms.zone_id == Zone.id)
    zones = (await session.execute(listed.where(Zone.active).order_by(Zone.code))).all()
    codes = {record["deputy"] for _, record, _ in zones if record.get("deputy")}
    named = await session.execute(select(Rep.code, Rep.id).where(Rep.code.in_(codes), Rep.active))
    deputies = {code: rep_id for code, rep_id in named}
    reps = await session.scalars(
        select(RepTerms).join(Rep, Rep.id == RepTerms.rep_id).where(Rep.active).order_by(Rep.code)
    )
    return TerritoryTermsView(
        zones=[
            ZoneTermsView(
                zone_id=zone_id,
                locked=row.locked if row else False,
                deputy_id=deputies.get(record.get("deputy")),
                skills=row.skills if row else {},
                language=row.language if row else "",
            )
            for zone_id, record, row in zones
            if row or record.get("deputy")
        ],
        reps=[
            RepTermsView(rep_id=row.rep_id, capacity=row.capacity, languages=row.languages) for row in reps
        ],
    )


async def absences(session: AsyncSession, today: date, left: dict[UUID, int]) -> list[AbsenceView]:
    """Who is absent today, and who covers. ``left``: tasks not moved yet, by representative."""
    covers = await session.execute(
        select(ZoneCover.absence_id, Zone.id, Zone.code, ZoneCover.rep_id)
        .join(Zone, Zone.id == ZoneCover.zone_id)
        .where(ZoneCover.day == today)
        .order_by(Zone.code)
    )
    covered: dict[UUID, list[CoverView]] = {}
    for absence_id, zone_id, code, rep_id in covers:
        covered.setdefault(absence_id, []).append(CoverView(zone_id=zone_id, code=code, rep_id=rep_id))
    away = await session.scalars(select(Absence).where(Absence.day == today).order_by(Absence.at))
    return [
        AbsenceView(
            rep_id=row.rep_id, day=row.day, zones=covered.get(row.id, []), left=left.get(row.rep_id, 0)
        )
        for row in away
    ]
