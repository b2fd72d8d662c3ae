"""The pipe network: how it comes in, what it answers, and how its valves were found."""

from __future__ import annotations

from uuid import UUID

from field.callers import CONSOLE, DISPATCHER, IMPORTER, PARTIES, REP
from field.grid.commands import ImportRefused, ImportUnconfirmed
from field.network.bodies import BoxQuery, NetworkImportQuery, TraceBody, ValveFindingBody, WithdrawalBody
from field.network.commands import (
    NoSuchValve,
    NothingBefore,
    import_network,
    note_valve,
    withdraw_version,
)
from field.network.files.reading import NetworkAsked
from field.network.queries import (
    NoPipeHere,
    NoSuchPipe,
    closure_at,
    closures_of,
    in_box,
    shown_version,
    task_for,
    traced,
)
from field.network.services import NetworkServices
from field.network.shown import report_view
from field.network.store import NoNetwork
from field.network.views import (
    ClosureView,
    NetworkReportView,
    NetworkVersionView,
    PipesView,
    TaskClosureView,
)
from kernel.database import UnitOfWork
from kernel.errors import StaleVersion
from kernel.web import Api, Call, Upload

api = Api("field")

IMPORT_BYTES = 64 << 20


@api.get("/api/network", who=CONSOLE, summary="The current version of the pipe network", errors=(NoNetwork,))
async def get_network(call: Call) -> NetworkVersionView:
    async with call.database.reading() as session:
        return await shown_version(session, await call.use(NetworkServices).cache.now(session))


@api.get(
    "/api/network/pipes",
    who=CONSOLE,
    summary="Pipes, valves and hydrants in a box, to draw",
    errors=(NoNetwork,),
    compressed=True,
)
async def get_network_pipes(call: Call, query: BoxQuery) -> PipesView:
    async with call.database.reading() as session:
        return in_box(await call.use(NetworkServices).cache.now(session), query)


@api.post(
    "/api/network/traces",
    who=CONSOLE,
    summary="Which valves close this, and who is then without water; several shut-offs are reckoned as one",
    errors=(NoNetwork, NoPipeHere, NoSuchPipe, NoSuchValve),
)
async def post_trace(call: Call, body: TraceBody) -> ClosureView:
    async with call.database.reading() as session:
        here = await call.use(NetworkServices).cache.now(session)
        return await traced(session, here, body.places, body.stuck, body.closed)


@api.get(
    "/api/tasks/{task_id}/valves",
    who=PARTIES,
    summary="Which valves close the pipe at a task",
    errors=(NoNetwork, NoPipeHere),
)
async def get_task_valves(call: Call, task_id: UUID) -> ClosureView:
    async with call.database.reading() as session:
        task = await task_for(session, call.actor, task_id)
        closure = await closure_at(await call.use(NetworkServices).cache.now(session), task)
    if closure is None:
        raise NoPipeHere()
    return closure


@api.get("/api/rep/valves", who=REP, summary="The valves of each task on the caller's routes")
async def get_own_valves(call: Call) -> list[TaskClosureView]:
    async with call.database.reading() as session:
        here = await call.use(NetworkServices).cache.find(session)
        return await closures_of(session, here, call.actor) if here else []


@api.post(
    "/api/tasks/{task_id}/valve-findings",
    who=PARTIES,
    summary="Say how a valve was found, or was left, on a task",
    errors=(NoSuchValve,),
)
async def post_task_valve(call: Call, task_id: UUID, body: ValveFindingBody) -> None:
    actor = call.actor

    async def command(uow: UnitOfWork) -> None:
        task = await task_for(uow.session, actor, task_id)
        await note_valve(uow, actor, body.valve, body.state, task_id=task.id, at=body.at)

    await call.database.run(command)


@api.post(
    "/api/network/valve-findings",
    who=DISPATCHER,
    summary="Say how a valve stands",
    errors=(NoSuchValve,),
)
async def post_valve(call: Call, body: ValveFindingBody) -> None:
    await call.database.run(note_valve, call.actor, body.valve, body.state, at=body.at)


@api.post(
    "/api/imports/network",
    who=IMPORTER,
    summary="Take a network file (EPANET .inp, or GeoJSON layers): its layers replace those before",
    errors=(ImportRefused, ImportUnconfirmed, StaleVersion),
    max_bytes=IMPORT_BYTES,
)
async def post_network_file(call: Call, query: NetworkImportQuery, form: Upload) -> NetworkReportView:
    asked = NetworkAsked(**query.model_dump())
    return report_view(await import_network(call.database, call.actor, form.file, asked))


@api.post(
    "/api/network/withdrawal",
    who=IMPORTER,
    summary="Take the current version of the network back; the one before it counts again",
    errors=(NoNetwork, NothingBefore, StaleVersion),
)
async def post_network_withdrawal(call: Call, body: WithdrawalBody) -> NetworkVersionView:
    await call.database.run(withdraw_version, call.actor, body.version)
    async with call.database.reading() as session:
        return await shown_version(session, await call.use(NetworkServices).cache.now(session))
