"""Windows of a task, who is wished for, contractors and what they may get."""

from __future__ import annotations

from uuid import UUID

from field.board.api import shown
from field.board.views import TaskDetailView
from field.callers import CONSOLE, DISPATCHER
from field.dispatch.commands import task_to_change
from field.dispatch.companion import NotTheLead
from field.dispatch.terms import WishRules
from field.services import FieldServices
from field.task.spans import WindowsInvalid
from field.task.task import TaskFinished
from field.terms.bodies import (
    ContractorBody,
    RepContractorBody,
    SecondBody,
    WindowsBody,
    WishesBody,
    WishPolicyBody,
)
from field.terms.contractors import Contracted, ContractorInvalid, set_contractor, set_contractor_of
from field.terms.queries import contractors, standing_wishes, wish_policy
from field.terms.second import change_second
from field.terms.views import ContractorView, StandingWishView, WishPolicyView
from field.terms.windows import TooLateForTerms, WindowPromised, change_windows
from field.terms.wishes import Wished, WishesInvalid, change_wishes, drop_standing, set_policy
from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.errors import NotFound, StaleVersion
from kernel.web import Api, Call, role

api = Api("field")

SETTING = role(Role.SUPERVISOR, Role.ADMIN)


@api.put(
    "/api/tasks/{task_id}/windows",
    who=DISPATCHER,
    summary="Say in which windows a task may be done; one of them will do",
    errors=(StaleVersion, WindowsInvalid, WindowPromised, TooLateForTerms, NotTheLead),
)
async def put_windows(call: Call, task_id: UUID, body: WindowsBody) -> TaskDetailView:
    services, actor = call.use(FieldServices), call.actor
    windows = [(each.start, each.end) for each in body.windows]

    async def command(uow: UnitOfWork) -> None:
        task = await task_to_change(uow, task_id, body.version)
        await change_windows(uow, services, actor, task, windows)

    await call.database.run(command)
    return await shown(call, task_id)


@api.put(
    "/api/tasks/{task_id}/second",
    who=DISPATCHER,
    summary="Say whether a task needs two people at the same time, and what the second has to be able to do",
    errors=(StaleVersion, NotTheLead, TaskFinished),
)
async def put_second(call: Call, task_id: UUID, body: SecondBody) -> TaskDetailView:
    services, actor = call.use(FieldServices), call.actor

    async def command(uow: UnitOfWork) -> None:
        task = await task_to_change(uow, task_id, body.version)
        await change_second(uow, services, actor, task, body.needs_two, body.skill or "", body.level)

    await call.database.run(command)
    return await shown(call, task_id)


@api.put(
    "/api/tasks/{task_id}/wishes",
    who=DISPATCHER,
    summary="Say who is wished for on a task, and who is not; for its address as well, if it is to last",
    errors=(StaleVersion, WishesInvalid, TooLateForTerms, NotTheLead),
)
async def put_wishes(call: Call, task_id: UUID, body: WishesBody) -> TaskDetailView:
    services, actor = call.use(FieldServices), call.actor
    wishes = [Wished(each.rep_id, each.kind, each.code) for each in body.wishes]

    async def command(uow: UnitOfWork) -> None:
        task = await task_to_change(uow, task_id, body.version)
        await change_wishes(uow, services, actor, task, wishes, standing=body.standing)

    await call.database.run(command)
    return await shown(call, task_id)


@api.get("/api/wishes", who=CONSOLE, summary="Standing wishes about who comes to an address")
async def get_standing_wishes(call: Call) -> list[StandingWishView]:
    async with call.database.reading() as session:
        return await standing_wishes(session, call.now)


@api.delete("/api/wishes/{wish_id}", who=DISPATCHER, summary="Erase a standing wish", errors=(NotFound,))
async def delete_standing_wish(call: Call, wish_id: UUID) -> None:
    await call.database.run(drop_standing, call.actor, wish_id)


@api.get("/api/wishes/policy", who=CONSOLE, summary="What a wish weighs, and the reasons there are")
async def get_wish_policy(call: Call) -> WishPolicyView:
    async with call.database.reading() as session:
        return await wish_policy(session)


@api.put(
    "/api/wishes/policy",
    who=SETTING,
    summary="Say what a wish weighs, and how long a standing one counts",
    errors=(StaleVersion,),
)
async def put_wish_policy(call: Call, body: WishPolicyBody) -> None:
    await call.database.run(set_policy, call.actor, WishRules(**body.model_dump()))


@api.get("/api/contractors", who=CONSOLE, summary="Contractors, what they may get, and who their people are")
async def get_contractors(call: Call) -> list[ContractorView]:
    async with call.database.reading() as session:
        return await contractors(session)


@api.put(
    "/api/contractors",
    who=SETTING,
    summary="Write down a contractor and what its people may get",
    errors=(ContractorInvalid, StaleVersion),
)
async def put_contractor(call: Call, body: ContractorBody) -> None:
    await call.database.run(set_contractor, call.actor, Contracted(**body.model_dump()))


@api.put(
    "/api/reps/{rep_id}/contractor",
    who=SETTING,
    summary="Say for which contractor a representative works, or for none",
    errors=(NotFound,),
)
async def put_rep_contractor(call: Call, rep_id: UUID, body: RepContractorBody) -> None:
    await call.database.run(set_contractor_of, call.actor, rep_id, body.contractor)
