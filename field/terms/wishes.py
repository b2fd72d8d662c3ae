"""Who is wished for and who is not: on a task, and at an address for all times.

A reason is a code out of a fixed list: nothing is written about a person beyond it. A standing wish counts
until it expires, or the last task at its address is erased; what a task has of it goes with the task's
customer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select

from field.dispatch.placement import NOBODY_ABLE
from field.dispatch.tables import StandingWish, WishPolicy
from field.dispatch.terms import PREFER, REFUSE, THE_POLICY, WishRules, policy_of, wishes_of
from field.grid.tables import Rep
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import TaskState
from field.task.timeline import remember
from field.terms.windows import place_anew, require_open
from kernel.actors import Actor
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Invalid, NotFound
from kernel.sql.addresses import place_key

WISH_CHANGED: Final = "wish_changed"

CODES: Final = {
    PREFER: ("asked", "knows_place", "language"),
    REFUSE: ("asked", "complaint", "conflict", "safety"),
}
"""Why somebody is wished for, and why not."""

OPEN: Final = (TaskState.UNPLACED, TaskState.ASSIGNED, TaskState.ACCEPTED)
AT_A_TIME: Final = 500


class WishesInvalid(Invalid):
    """Some of these wishes cannot be meant; nothing was changed."""

    code = "wishes_invalid"


@dataclasses.dataclass(frozen=True)
class Wished:
    """One wish."""

    rep_id: UUID
    kind: str
    code: str


async def change_wishes(
    uow: UnitOfWork,
    services: FieldServices,
    actor: Actor,
    task: Task,
    wishes: Sequence[Wished],
    *,
    standing: bool = False,
) -> None:
    """Write down who is wished for on the task. Whoever has it and is refused loses it: it is placed anew.

    ``standing``: for its address as well; tasks there that are open take it over, and keep whom they have.

    Raises:
        WishesInvalid: with everything that is wrong.
        TooLateForTerms.
    """
    require_open(task)
    faults = await _faults(uow, task, wishes, standing)
    if faults:
        raise WishesInvalid(faults=faults)
    policy = await policy_of(uow.session)
    task.wishes = wishes_of(((each.rep_id, each.kind, each.code) for each in wishes), policy.preferred_s)
    remember(uow, task, WISH_CHANGED, actor, task.state, reason=WISH_CHANGED)
    await uow.audit(actor, "set_wishes", f"task:{task.id}", wishes=len(wishes), standing=standing)
    if standing:
        await _keep(uow, actor, task, wishes, policy)
    refused = {each.rep_id for each in wishes if each.kind == REFUSE}
    # What lies in the inbox for another reason (nobody at home, taken back) stays there.
    waits = task.state is TaskState.UNPLACED and task.unplaced_reason == NOBODY_ABLE
    if waits or task.rep_id in refused:
        await place_anew(uow, services, actor, task, WISH_CHANGED)


async def _faults(uow: UnitOfWork, task: Task, wishes: Sequence[Wished], standing: bool) -> list[Fault]:
    ids = {each.rep_id for each in wishes}
    known = set(await uow.session.scalars(select(Rep.id).where(Rep.id.in_(ids), Rep.active)))
    faults: list[Fault] = []
    if standing and not place_key(task.address):
        faults.append(Fault("address_missing", "body.standing"))
    seen: set[UUID] = set()
    for number, each in enumerate(wishes):
        where = f"body.wishes.{number}"
        if each.rep_id not in known:
            faults.append(Fault("rep_unknown", f"{where}.rep_id"))
        if each.rep_id in seen:
            faults.append(Fault("rep_twice", f"{where}.rep_id"))
        if each.code not in CODES[each.kind]:
            params = {"known": ", ".join(CODES[each.kind])}
            faults.append(Fault("wish_code_unknown", f"{where}.code", params=params))
        seen.add(each.rep_id)
    return faults


async def _keep(
    uow: UnitOfWork, actor: Actor, task: Task, wishes: Sequence[Wished], policy: WishRules
) -> None:
    door = place_key(task.address)
    await uow.session.execute(delete(StandingWish).where(StandingWish.door == door))
    until = uow.now + timedelta(days=policy.keep_days)
    for each in wishes:
        uow.session.add(
            StandingWish(
                id=uow.new_id(),
                door=door,
                address=task.address,
                rep_id=each.rep_id,
                kind=each.kind,
                code=each.code,
                set_at=uow.now,
                set_by_id=actor.id,
                until=until,
            )
        )
    there = select(Task).where(Task.address == task.address, Task.state.in_(OPEN), Task.id != task.id)
    for other in await uow.session.scalars(there.order_by(Task.id).with_for_update()):
        other.wishes = dict(task.wishes)
        remember(uow, other, WISH_CHANGED, actor, other.state, reason=WISH_CHANGED)


async def drop_standing(uow: UnitOfWork, actor: Actor, wish_id: UUID) -> None:
    """A standing wish counts no more."""
    row = await uow.session.get(StandingWish, wish_id)
    if row is None:
        raise NotFound()
    await uow.session.delete(row)
    await uow.audit(actor, "drop_wish", f"rep:{row.rep_id}")


async def set_policy(uow: UnitOfWork, actor: Actor, wanted: WishRules) -> None:
    """Say what wishes weigh. Wishes that are written down from now on weigh that.

    Raises:
        StaleVersion.
    """
    row = await uow.session.get(WishPolicy, THE_POLICY, with_for_update=True)
    if row is None:
        row = WishPolicy(name=THE_POLICY)
        uow.session.add(row)
    else:
        check_version(row, wanted.version)
    row.preferred_s, row.keep_days, row.changed_at = wanted.preferred_s, wanted.keep_days, uow.now
    await uow.audit(actor, "set_wish_policy", "policy:wishes")


async def forget_wishes(uow: UnitOfWork) -> int:
    """Erase standing wishes whose time is over, some at a time; how many."""
    over = select(StandingWish.id).where(StandingWish.until <= uow.now).limit(AT_A_TIME)
    ids = list(await uow.session.scalars(over))
    if ids:
        await uow.session.execute(delete(StandingWish).where(StandingWish.id.in_(ids)))
    return len(ids)
