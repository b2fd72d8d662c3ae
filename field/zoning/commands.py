"""What dispatchers and supervisors do with proposals of territories: ask, nudge, publish, withdraw."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from field.grid.owners import note_owners
from field.grid.store import SEEN, grid_version
from field.grid.tables import GridImport, Rep, Zone
from field.grid.territory.basis import measured, problem_of
from field.grid.territory.engine.figures import faults_of
from field.grid.territory.engine.problem import NOBODY
from field.grid.territory.proposal import ProposalEvent, ProposalState, move
from field.grid.territory.tables import (
    OwnerNotice,
    RepTerms,
    TerritoryAlternative,
    TerritoryProposal,
    WorkloadWeights,
    ZoneTerms,
)
from field.services import FieldServices
from field.zoning.reading import ONE
from kernel.actors import SYSTEM, Actor
from kernel.contracts import GroundLearned
from kernel.database import UnitOfWork, check_version
from kernel.errors import Invalid, NotFound, Refused, StaleVersion
from kernel.files.apart import work_aside

TOPIC: Final = "zones"
FURTHEST: Final = timedelta(days=366)
MOST_ASKED: Final = 20


class TooManyAsked(Refused):
    """So many proposals are being worked out already; please wait for them."""

    code = "too_many_asked"


class ProposalOutdated(Refused):
    """Zones or people have changed since this was worked out; ask for a new proposal."""

    code = "proposal_outdated"


class AnotherPublished(Refused):
    """Another proposal is published and has not begun; withdraw it first, or wait until it has."""

    code = "another_published"


class TerritoriesBroken(Refused):
    """Some zones lie apart, have nobody, or break what was agreed; confirm that this is meant."""

    code = "territories_broken"


class DayPast(Invalid):
    """Territories begin on a day to come, within a year."""

    code = "day_past"


async def ask_proposal(uow: UnitOfWork, actor: Actor, station: str | None) -> TerritoryProposal:
    """Ask for a proposal: for all stations, or one. Who asks again while it is worked out gets the same
    one."""
    await uow.hold("territory")
    if station is not None and not await uow.session.scalar(
        select(Zone.id).where(Zone.active, Zone.station == station).limit(1)
    ):
        raise NotFound()
    asked = select(TerritoryProposal).where(TerritoryProposal.state == ProposalState.ASKED)
    waiting = (await uow.session.scalars(asked)).all()
    for each in waiting:
        if each.station == station:
            return each
    if len(waiting) >= MOST_ASKED:
        raise TooManyAsked()
    proposal = TerritoryProposal(
        id=uow.new_id(),
        state=ProposalState.ASKED,
        station=station,
        asked_at=uow.now,
        asked_by=actor.id,
        reason="",
        basis={},
    )
    uow.session.add(proposal)
    await uow.audit(actor, "ask_territories", f"territory:{proposal.id}", station=station)
    uow.changed("territory", proposal.id, TOPIC)
    return proposal


async def _to_change(session: AsyncSession, id: UUID) -> tuple[TerritoryProposal, TerritoryAlternative]:
    """An alternative and its proposal, which nobody else publishes meanwhile."""
    alternative = await session.get(TerritoryAlternative, id)
    if alternative is None:
        raise NotFound()
    proposal = await session.get_one(
        TerritoryProposal,
        alternative.proposal_id,
        options=[undefer(TerritoryProposal.basis)],
        with_for_update=True,
    )
    await session.refresh(alternative)
    return proposal, alternative


@dataclasses.dataclass(frozen=True)
class Nudged:
    """A division after a change by hand, with its figures; ``times``: how often it was changed."""

    owner: list[int]
    figures: dict[str, Any]
    times: int


async def plan_nudge(session: AsyncSession, id: UUID, zones: Sequence[UUID], rep_id: UUID | None) -> Nudged:
    """What becomes of an alternative when some zones go to somebody else; nothing is changed.

    Raises:
        NotFound: no such alternative, or a zone or representative that the proposal does not know.
    """
    alternative, basis = await _read(session, id)
    numbers = {zone: at for at, (zone, _) in enumerate(basis["zones"])}
    reps = {rep: at for at, (rep, _) in enumerate(basis["reps"])}
    if any(str(zone) not in numbers for zone in zones) or (rep_id is not None and str(rep_id) not in reps):
        raise NotFound()
    owner = list(alternative.owner)
    for zone in zones:
        owner[numbers[str(zone)]] = reps[str(rep_id)] if rep_id is not None else NOBODY
    return Nudged(owner, await work_aside(_measured, basis, owner), alternative.nudged + 1)


async def plan_undoing(session: AsyncSession, id: UUID) -> Nudged:
    """The alternative as it was found."""
    alternative, basis = await _read(session, id)
    owner = list(alternative.computed)
    return Nudged(owner, await work_aside(_measured, basis, owner), 0)


async def _read(session: AsyncSession, id: UUID) -> tuple[TerritoryAlternative, dict[str, Any]]:
    alternative = await session.get(TerritoryAlternative, id)
    if alternative is None:
        raise NotFound()
    basis = select(TerritoryProposal.basis).where(TerritoryProposal.id == alternative.proposal_id)
    return alternative, (await session.scalars(basis)).one()


def _measured(basis: Mapping[str, Any], owner: list[int]) -> dict[str, Any]:
    return measured(problem_of(basis), owner)


async def store_nudge(uow: UnitOfWork, id: UUID, nudged: Nudged, version: int) -> TerritoryAlternative:
    """Keep a change by hand.

    Raises:
        ProposalMoveRefused: it is published already.
        StaleVersion: somebody else nudged it meanwhile.
    """
    alternative = await uow.session.get(TerritoryAlternative, id, with_for_update=True)
    if alternative is None:
        raise NotFound()
    check_version(alternative, version)
    proposal = await uow.session.get_one(TerritoryProposal, alternative.proposal_id, with_for_update=True)
    move(proposal.state, ProposalEvent.NUDGE)
    alternative.owner, alternative.figures, alternative.nudged = nudged.owner, nudged.figures, nudged.times
    alternative.changed_at = uow.now
    uow.changed("territory", alternative.proposal_id, TOPIC)
    return alternative


async def publish(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    id: UUID,
    alternative_id: UUID,
    begins_on: date,
    *,
    version: int,
    confirmed: bool,
) -> TerritoryProposal:
    """From that day on these are the territories; everybody concerned is told what changes for them.

    ``version``: the alternative's, as the caller saw it.

    Raises:
        DayPast: not a day to come within a year.
        ProposalOutdated, AnotherPublished, TerritoriesBroken, StaleVersion.
    """
    await uow.hold("territory")
    proposal, alternative = await _to_change(uow.session, alternative_id)
    if proposal.id != id:
        raise NotFound()
    check_version(alternative, version)
    today = services.day_of(uow.now)
    if not today < begins_on <= today + FURTHEST:
        raise DayPast()
    state = move(proposal.state, ProposalEvent.PUBLISH)
    if await grid_version(uow.session, held=True) != proposal.grid_version:
        raise ProposalOutdated()
    pending = select(TerritoryProposal.id).where(TerritoryProposal.state == ProposalState.PUBLISHED)
    if (await uow.session.scalars(pending)).first() is not None:
        raise AnotherPublished()
    broken = faults_of(problem_of(proposal.basis), alternative.owner)
    if (broken or NOBODY in alternative.owner) and not confirmed:
        figures = alternative.figures
        raise TerritoriesBroken(apart=figures["apart"], nobody=figures["nobody"], rules=len(broken))
    proposal.state, proposal.chosen_id, proposal.begins_on = state, alternative.id, begins_on
    proposal.published_at = uow.now
    told = _tell(uow, proposal, alternative)
    await uow.audit(
        actor,
        "publish_territories",
        f"territory:{id}",
        alternative=alternative.kind,
        nudged=alternative.nudged,
        begins_on=begins_on,
        moved=alternative.figures["moved"],
        told=told,
        confirmed=confirmed,
    )
    uow.changed("territory", id, TOPIC)
    return proposal


@dataclasses.dataclass(frozen=True)
class Moved:
    """A zone that changes hands, by number; from whom to whom, or `NOBODY`."""

    zone: int
    before: int
    after: int


def moved_zones(basis: Mapping[str, Any], owner: Sequence[int]) -> list[Moved]:
    """Which zones change hands."""
    pairs = zip(basis["owner"], owner, strict=True)
    return [Moved(zone, before, after) for zone, (before, after) in enumerate(pairs) if before != after]


def _tell(uow: UnitOfWork, proposal: TerritoryProposal, alternative: TerritoryAlternative) -> int:
    """A notice for each representative for whom something changes; how many. Pushed by a job."""
    basis, changes = proposal.basis, defaultdict[int, tuple[list[str], list[str]]](lambda: ([], []))
    for each in moved_zones(basis, alternative.owner):
        code = basis["zones"][each.zone][1]
        if each.after != NOBODY:
            changes[each.after][0].append(code)
        if each.before != NOBODY:
            changes[each.before][1].append(code)
    assert proposal.begins_on is not None
    for rep, (gained, lost) in sorted(changes.items()):
        rep_id = UUID(basis["reps"][rep][0])
        uow.session.add(
            OwnerNotice(
                id=uow.new_id(),
                proposal_id=proposal.id,
                rep_id=rep_id,
                begins_on=proposal.begins_on,
                gained=gained,
                lost=lost,
                told_at=uow.now,
                pushed=False,
                withdrawn=False,
            )
        )
        uow.changed("territory", proposal.id, f"rep:{rep_id}")
    return len(changes)


async def withdraw(uow: UnitOfWork, actor: Actor, id: UUID, version: int) -> TerritoryProposal:
    """Take a publication back before its day. Who has read of it is told; who has not, never hears of it."""
    await uow.hold("territory")
    proposal = await uow.session.get(TerritoryProposal, id, with_for_update=True)
    if proposal is None:
        raise NotFound()
    check_version(proposal, version)
    proposal.state = move(proposal.state, ProposalEvent.WITHDRAW)
    proposal.chosen_id = proposal.begins_on = proposal.published_at = None
    mine = OwnerNotice.proposal_id == id
    for notice in await uow.session.scalars(select(OwnerNotice).where(mine, ~OwnerNotice.withdrawn)):
        if notice.read_at is None and not notice.pushed:
            await uow.session.delete(notice)
        else:
            notice.withdrawn, notice.read_at, notice.pushed, notice.told_at = True, None, False, uow.now
        uow.changed("territory", id, f"rep:{notice.rep_id}")
    await uow.audit(actor, "withdraw_territories", f"territory:{id}")
    uow.changed("territory", id, TOPIC)
    return proposal


async def begin_territories(uow: UnitOfWork, services: FieldServices, id: UUID) -> bool:
    """The day has come: the zones change hands. What left since (a zone, a representative) is left out."""
    await uow.hold("territory")
    proposal = await uow.session.get_one(
        TerritoryProposal, id, options=[undefer(TerritoryProposal.basis)], with_for_update=True
    )
    begins_on = proposal.begins_on
    if proposal.state is not ProposalState.PUBLISHED or begins_on is None:
        return False
    if begins_on > services.day_of(uow.now):
        return False
    await grid_version(uow.session, held=True)
    alternative = await uow.session.get_one(TerritoryAlternative, proposal.chosen_id)
    basis = proposal.basis
    people = {
        str(rep_id): code
        for rep_id, code in await uow.session.execute(select(Rep.id, Rep.code).where(Rep.active))
    }
    rows = []
    for each in moved_zones(basis, alternative.owner):
        rep_id = basis["reps"][each.after][0] if each.after != NOBODY else None
        if rep_id is None or rep_id in people:
            rows.append(
                {
                    "row_id": UUID(basis["zones"][each.zone][0]),
                    "owner_id": UUID(rep_id) if rep_id else None,
                    "owner_code": people[rep_id] if rep_id else None,
                }
            )
    if rows:
        table: Any = Zone.__table__
        change = update(table).where(table.c.id == bindparam("row_id"), table.c.active)
        change = change.values(version=table.c.version + 1, changed_at=uow.now)
        await (await uow.session.connection()).execute(change, rows)
        await note_owners(
            uow,
            [
                {"zone_id": row["row_id"], "rep_code": row["owner_code"], "rep_id": row["owner_id"]}
                for row in rows
            ],
        )
    proposal.state, proposal.begun_at = move(proposal.state, ProposalEvent.BEGIN), uow.now
    # Copies of the grid are kept by its newest change; this is one.
    digest = hashlib.sha256(repr(alternative.owner).encode()).hexdigest()
    counts = {"changed": len(rows)}
    uow.session.add(
        GridImport(
            id=uow.new_id(), kind="owners", at=uow.now, actor_id=SYSTEM.id, digest=digest, counts=counts
        )
    )
    await uow.audit(SYSTEM, "begin_territories", f"territory:{id}", **counts)
    uow.changed("import", id, "zones", "reps")
    uow.changed("territory", id, TOPIC)
    uow.emit(GroundLearned())
    await uow.session.flush()
    uow.session.info.pop(SEEN, None)
    return True


async def set_weights(
    uow: UnitOfWork, actor: Actor, factors: Mapping[str, float], most_zones: int, version: int
) -> None:
    """How work is weighed from now on. ``version`` 0: nobody has said so before."""
    row = await uow.session.get(WorkloadWeights, ONE, with_for_update=True)
    if row is None:
        if version:
            raise StaleVersion()
        row = WorkloadWeights(id=ONE)
        uow.session.add(row)
    else:
        check_version(row, version)
    for name, weight in factors.items():
        setattr(row, name, weight)
    row.most_zones, row.changed_at = most_zones, uow.now
    await uow.audit(actor, "weigh_work", "territory:weights", most_zones=most_zones, **factors)
    uow.changed("territory", "weights", TOPIC)


async def set_zone_terms(
    uow: UnitOfWork, actor: Actor, zone_id: UUID, deputy_id: UUID | None, terms: Mapping[str, Any]
) -> None:
    """What is agreed about a zone: a lock, a deputy, and what its representative must be able to do."""
    zone = await uow.session.get(Zone, zone_id, with_for_update=True)
    deputy = await uow.session.get(Rep, deputy_id) if deputy_id else None
    if zone is None or not zone.active or (deputy_id and (deputy is None or not deputy.active)):
        raise NotFound()
    record = {name: value for name, value in zone.record.items() if name != "deputy"}
    record |= {"deputy": deputy.code} if deputy else {}
    if record != zone.record:
        zone.record, zone.changed_at = record, uow.now
    row = await uow.session.get(ZoneTerms, zone_id, with_for_update=True)
    if row is None:
        row = ZoneTerms(zone_id=zone_id)
        uow.session.add(row)
    for name, value in terms.items():
        setattr(row, name, value)
    row.changed_at = uow.now
    await uow.audit(actor, "agree_zone", f"zone:{zone_id}", deputy=deputy_id, **terms)
    uow.changed("territory", zone_id, TOPIC)


async def set_rep_terms(
    uow: UnitOfWork, actor: Actor, rep_id: UUID, capacity: int, languages: Sequence[str]
) -> None:
    """What is agreed about a representative: how much of a full one's work, and languages."""
    rep = await uow.session.get(Rep, rep_id)
    if rep is None or not rep.active:
        raise NotFound()
    row = await uow.session.get(RepTerms, rep_id, with_for_update=True)
    if row is None:
        row = RepTerms(rep_id=rep_id)
        uow.session.add(row)
    row.capacity, row.languages, row.changed_at = capacity, list(languages), uow.now
    await uow.audit(actor, "agree_rep", f"rep:{rep_id}", capacity=capacity, languages=list(languages))
    uow.changed("territory", rep_id, TOPIC)


async def read_notice(uow: UnitOfWork, rep_id: UUID, id: UUID) -> None:
    """The representative has seen what changes."""
    notice = await uow.session.get(OwnerNotice, id)
    if notice is None or notice.rep_id != rep_id:
        raise NotFound()
    if notice.read_at is None:
        notice.read_at = uow.now
        uow.changed("territory", notice.proposal_id, TOPIC)
