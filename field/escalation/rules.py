"""The rules by which escalations climb: which counts for a task, and how a supervisor writes one."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from field.escalation.ladder import (
    DEFAULTS,
    LONGEST_MIN,
    MOST_RUNGS,
    SHORTEST_MIN,
    EscalationKind,
    Ladder,
    Rung,
    Whom,
)
from field.escalation.tables import ANY, AreaLead, EscalationRule
from field.grid.tables import Zone
from kernel.actors import Actor
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Invalid, NotFound
from kernel.identity.staff import Staff


class EscalationRuleInvalid(Invalid):
    """Something about this ladder cannot be meant; nothing was changed."""

    code = "escalation_rule_invalid"


class AreaLeadInvalid(Invalid):
    """This lead cannot be meant; nothing was changed."""

    code = "area_lead_invalid"


@dataclasses.dataclass(frozen=True)
class RungGiven:
    """A rung as somebody writes it."""

    whom: Whom
    minutes: int
    staff_id: UUID | None = None


@dataclasses.dataclass(frozen=True)
class RuleGiven:
    """A rule as somebody writes it. Empty ``station`` or ``category``: for all of them."""

    kind: EscalationKind
    rungs: Sequence[RungGiven]
    station: str = ANY
    category: str = ANY
    always: bool = False
    version: int | None = None


def rule_faults(
    given: RuleGiven, stations: Collection[str], categories: Collection[str], staff: Collection[UUID]
) -> list[tuple[str, str]]:
    """All that is wrong: where, and a code. ``staff``: ids of those who are at work."""
    faults: list[tuple[str, str]] = []
    if given.station != ANY and given.station not in stations:
        faults.append(("station", "station_unknown"))
    if given.category != ANY and given.category not in categories:
        faults.append(("category", "category_unknown"))
    if not given.rungs:
        faults.append(("rungs", "rungs_missing"))
    if len(given.rungs) > MOST_RUNGS:
        faults.append(("rungs", "too_many_rungs"))
    seen: set[tuple[Whom, UUID | None]] = set()
    for at, rung in enumerate(given.rungs):
        if not SHORTEST_MIN <= rung.minutes <= LONGEST_MIN:
            faults.append((f"rungs.{at}.minutes", "rung_minutes_out_of_range"))
        if rung.whom is Whom.COLLEAGUE and rung.staff_id not in staff:
            faults.append((f"rungs.{at}.staff_id", "colleague_unknown"))
        if rung.whom is not Whom.COLLEAGUE and rung.staff_id is not None:
            faults.append((f"rungs.{at}.staff_id", "rung_names_nobody"))
        if (rung.whom, rung.staff_id) in seen:
            faults.append((f"rungs.{at}.whom", "rung_twice"))
        seen.add((rung.whom, rung.staff_id))
    return faults


def kept(rungs: Iterable[Rung | RungGiven]) -> list[dict[str, Any]]:
    """Rungs as rows keep them."""
    return [
        {
            "whom": each.whom.value,
            "minutes": each.minutes,
            "staff_id": str(each.staff_id) if each.staff_id else None,
        }
        for each in rungs
    ]


def ladder_of(rungs: Iterable[dict[str, Any]], always: bool) -> Ladder:
    """A ladder out of what rows keep."""
    read = (
        Rung(Whom(each["whom"]), each["minutes"], UUID(each["staff_id"]) if each["staff_id"] else None)
        for each in rungs
    )
    return Ladder(tuple(read), always)


async def ladder_for(session: AsyncSession, kind: EscalationKind, station: str, category: str) -> Ladder:
    """What counts for a task: the rule that says most, the station before the category; else the default."""
    found = await session.scalars(
        select(EscalationRule).where(
            EscalationRule.kind == kind,
            EscalationRule.station.in_((station, ANY)),
            EscalationRule.category.in_((category, ANY)),
        )
    )
    rules = sorted(found, key=lambda rule: (rule.station == ANY, rule.category == ANY))
    return ladder_of(rules[0].rungs, rules[0].always) if rules else DEFAULTS[kind]


async def set_rule(uow: UnitOfWork, actor: Actor, given: RuleGiven, categories: Collection[str]) -> None:
    """Write a rule. Escalations that climb already go on by the ladder they began with.

    Raises:
        EscalationRuleInvalid: with every fault.
        StaleVersion: somebody else has written it meanwhile.
    """
    stations = set(await uow.session.scalars(select(Zone.station).where(Zone.active).distinct()))
    staff = set(await uow.session.scalars(select(Staff.id).where(Staff.active)))
    if faults := rule_faults(given, stations, categories, staff):
        raise EscalationRuleInvalid(faults=[Fault(code, f"body.{where}") for where, code in faults])
    await uow.hold("escalation_rules")
    row = (
        await uow.session.scalars(
            select(EscalationRule)
            .where(
                EscalationRule.kind == given.kind,
                EscalationRule.station == given.station,
                EscalationRule.category == given.category,
            )
            .with_for_update()
        )
    ).one_or_none()
    if row is None:
        row = EscalationRule(id=uow.new_id(), kind=given.kind, station=given.station, category=given.category)
        uow.session.add(row)
    else:
        check_version(row, given.version)
    row.rungs, row.always, row.changed_at = kept(given.rungs), given.always, uow.now
    where = "/".join((given.kind.value, given.station or "*", given.category or "*"))
    await uow.audit(actor, "set_escalation_rule", f"escalation_rule:{where}", rungs=len(given.rungs))


async def drop_rule(uow: UnitOfWork, actor: Actor, rule_id: UUID, version: int | None) -> None:
    """The next more general rule counts from now on, or the default. Raises NotFound, StaleVersion."""
    row = await uow.session.get(EscalationRule, rule_id, with_for_update=True)
    if row is None:
        raise NotFound()
    check_version(row, version)
    await uow.session.delete(row)
    await uow.audit(actor, "drop_escalation_rule", f"escalation_rule:{rule_id}", kind=row.kind.value)


async def set_lead(uow: UnitOfWork, actor: Actor, level: str, code: str, staff_id: UUID | None) -> None:
    """Name who leads a station or a sub-area; None: nobody does.

    Raises:
        AreaLeadInvalid: no such area, or nobody at work of that id.
    """
    of_level = {"station": Zone.station, "sub_area": Zone.sub_area}[level]
    faults: list[Fault] = []
    if await uow.session.scalar(select(Zone.id).where(Zone.active, of_level == code).limit(1)) is None:
        faults.append(Fault(f"{level}_unknown", "body.code"))
    person = await uow.session.get(Staff, staff_id) if staff_id is not None else None
    if staff_id is not None and (person is None or not person.active):
        faults.append(Fault("colleague_unknown", "body.staff_id"))
    if faults:
        raise AreaLeadInvalid(faults=faults)
    await uow.hold("area_leads")
    row = await uow.session.get(AreaLead, (level, code), with_for_update=True)
    if staff_id is None:
        if row is not None:
            await uow.session.delete(row)
    else:
        if row is None:
            row = AreaLead(level=level, code=code)
            uow.session.add(row)
        row.staff_id, row.changed_at = staff_id, uow.now
    await uow.audit(actor, "set_area_lead", f"{level}:{code}", staff=str(staff_id) if staff_id else "")
