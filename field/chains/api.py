"""Jobs that hang together: chains of tasks, their permits, and the templates they are made of."""

from __future__ import annotations

from uuid import UUID

from field.callers import CONSOLE, DISPATCHER
from field.chains.bodies import (
    ChainTemplateBody,
    ChangePermitBody,
    LinkBody,
    MakeChainBody,
    NewPermitBody,
    NewStepBody,
    PermitBody,
    UnlinkQuery,
    VersionQuery,
)
from field.chains.chain import PermitState
from field.chains.commands import (
    ChainInvalid,
    ChainStands,
    NewStep,
    add_step,
    link_tasks,
    make_chain,
    unlink_tasks,
)
from field.chains.permits import PermitGiven, PermitInvalid, add_permit, change_permit, drop_permit
from field.chains.queries import chain_shown, template_view
from field.chains.templates import TemplateGiven, TemplateInvalid, list_templates, set_template
from field.chains.views import ChainTemplateView, ChainView
from field.services import FieldServices
from field.task.tables import Task
from field.task.task import TaskFinished
from kernel.actors import Role
from kernel.errors import NotFound, StaleVersion
from kernel.web import Api, Call, role

api = Api("field")

SETTING = role(Role.SUPERVISOR, Role.ADMIN)
CHAINING = (ChainInvalid, TaskFinished, NotFound, StaleVersion)


async def _shown(call: Call, chain_id: UUID) -> ChainView:
    async with call.database.reading() as session:
        found = await chain_shown(session, chain_id, call.now)
    if found is None:
        raise NotFound()
    return found


def _given(body: PermitBody) -> PermitGiven:
    return PermitGiven(
        kind=body.kind,
        state=PermitState(body.state),
        authority=body.authority,
        number=body.number,
        valid_from=body.valid_from,
        valid_until=body.valid_until,
    )


@api.get(
    "/api/chains/{chain_id}",
    who=CONSOLE,
    summary="Tasks that hang together, with their permits",
    errors=(NotFound,),
)
async def get_chain(call: Call, chain_id: UUID) -> ChainView:
    return await _shown(call, chain_id)


@api.post(
    "/api/tasks/{task_id}/chain",
    who=DISPATCHER,
    summary="Make a task into a chain after a template",
    status=201,
    errors=(*CHAINING, ChainStands),
)
async def post_chain(call: Call, task_id: UUID, body: MakeChainBody) -> ChainView:
    services, asked = call.use(FieldServices), (body.version, body.template, body.step)
    return await _shown(call, await call.database.run(make_chain, services, call.actor, task_id, *asked))


@api.post(
    "/api/tasks/{task_id}/chain-steps",
    who=DISPATCHER,
    summary="Make a step right before or behind a task",
    status=201,
    errors=CHAINING,
)
async def post_chain_step(call: Call, task_id: UUID, body: NewStepBody) -> ChainView:
    new = NewStep(body.type, body.lag_min, [kind.value for kind in body.permits])
    asked = (call.use(FieldServices), call.actor, task_id, body.version, body.side, new)
    return await _shown(call, await call.database.run(add_step, *asked))


@api.post(
    "/api/chain-links",
    who=DISPATCHER,
    summary="Have a task wait for another",
    status=201,
    errors=CHAINING,
)
async def post_chain_link(call: Call, body: LinkBody) -> ChainView:
    asked = (body.predecessor, body.successor, body.lag_min, body.version)
    return await _shown(call, await call.database.run(link_tasks, call.actor, *asked))


@api.delete(
    "/api/chains/{chain_id}/links/{predecessor_id}/{successor_id}",
    who=DISPATCHER,
    summary="Have a task no longer wait for another",
    errors=(NotFound, StaleVersion),
)
async def delete_chain_link(
    call: Call, chain_id: UUID, predecessor_id: UUID, successor_id: UUID, query: UnlinkQuery
) -> None:
    asked = (chain_id, predecessor_id, successor_id, query.version)
    await call.database.run(unlink_tasks, call.actor, *asked)


@api.post(
    "/api/tasks/{task_id}/permits",
    who=DISPATCHER,
    summary="Write down a permit that a task, or its chain, needs",
    status=201,
    errors=(PermitInvalid, TaskFinished, NotFound),
)
async def post_permit(call: Call, task_id: UUID, body: NewPermitBody) -> ChainView:
    await call.database.run(add_permit, call.actor, task_id, _given(body), whole_chain=body.whole_chain)
    async with call.database.reading() as session:
        task = await session.get_one(Task, task_id)
    assert task.chain_id is not None
    return await _shown(call, task.chain_id)


@api.put(
    "/api/permits/{permit_id}",
    who=DISPATCHER,
    summary="Write down what has become of a permit",
    errors=(PermitInvalid, NotFound, StaleVersion),
)
async def put_permit(call: Call, permit_id: UUID, body: ChangePermitBody) -> ChainView:
    return await _shown(
        call, await call.database.run(change_permit, call.actor, permit_id, body.version, _given(body))
    )


@api.delete(
    "/api/permits/{permit_id}",
    who=DISPATCHER,
    summary="Strike out a permit that was written down by mistake",
    errors=(NotFound, StaleVersion),
)
async def delete_permit(call: Call, permit_id: UUID, query: VersionQuery) -> None:
    await call.database.run(drop_permit, call.actor, permit_id, query.version)


@api.get("/api/chain-templates", who=CONSOLE, summary="What chains are made of")
async def get_chain_templates(call: Call) -> list[ChainTemplateView]:
    async with call.database.reading() as session:
        return [template_view(row) for row in await list_templates(session)]


@api.put(
    "/api/chain-templates/{code}",
    who=SETTING,
    summary="Write a template, new or anew",
    errors=(TemplateInvalid, StaleVersion),
)
async def put_chain_template(call: Call, code: str, body: ChainTemplateBody) -> None:
    given = TemplateGiven(
        code=code,
        name=body.name,
        name_zh_hant=body.name_zh_hant,
        name_en=body.name_en,
        steps=[step.model_dump(mode="json") for step in body.steps],
        active=body.active,
        version=body.version,
    )
    await call.database.run(set_template, call.actor, given)
