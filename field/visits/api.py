"""What a representative's phone does: steps of a task, photos, actions taken offline, positions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from starlette.responses import Response

from field.board.map_views import RouteView
from field.board.names import proof_view
from field.board.rep_queries import route_now
from field.board.shown import route_view, show_tasks
from field.board.views import (
    ActionConflictView,
    ActionErrorView,
    ActionResultView,
    ActionTaskView,
    DeviceActionsView,
    ProofView,
    TaskView,
)
from field.callers import REP, STAFF
from field.chains.reading import StepNotReady
from field.dispatch.companion import NotTheLead
from field.forms.closing import FormFaulty, FormMissing, FormPhotoMissing, FormUnknown, MayNotClose
from field.reps.bodies import RouteQuery
from field.safety.commands import WORDS
from field.services import FieldServices
from field.sites.commands import DangerUnread, dangers_unread
from field.sites.queries import stands_at
from field.task.escalation import NobodyToEscalateTo
from field.task.phone_clock import skew_of
from field.task.tables import Proof, Task
from field.task.task import ProofMissing, ReasonMissing, TaskFinished, TaskMoveRefused
from field.visits.bodies import (
    CompletionBody,
    DeclinationBody,
    DeviceActionsBody,
    EscalationBody,
    PositionBody,
    StepBody,
)
from field.visits.commands import (
    Doing,
    NotARep,
    ProofUnknown,
    accept_task,
    arrive_at_task,
    begin,
    complete_task,
    decline_task,
    escalate_task,
    rep_of,
    report_not_home,
    travel_to_task,
)
from field.visits.devices import DeviceStep, StepResult, apply_actions
from field.visits.proofs import (
    OffShift,
    TaskErased,
    add_proof,
    once_own_task,
    proof_sent_before,
    report_position,
)
from kernel import i18n
from kernel.actors import Role
from kernel.database import UnitOfWork
from kernel.errors import CurbstopError, Fault, Forbidden, Invalid, NotFound, StaleVersion
from kernel.pictures.pictures import NotAPicture, PictureBomb, PictureTooLarge, clean_picture
from kernel.pictures.removal import let_go
from kernel.web import Api, Call, Limit, Upload
from kernel.web.private_files import private_file

api = Api("field")

STEP = (NotARep, StaleVersion, TaskMoveRefused, TaskFinished, NotTheLead)
FORM = (FormFaulty, FormMissing, FormPhotoMissing, FormUnknown, MayNotClose)
PHOTO = Limit("proof", per_minute=60, burst=40)


async def step(
    call: Call, task_id: UUID, version: int | None, act: Callable[[Doing], Awaitable[None]]
) -> TaskView:
    """One step of one of the caller's own tasks; the task as it is afterwards."""
    services, actor = call.use(FieldServices), call.actor

    async def command(uow: UnitOfWork) -> TaskView:
        do = await begin(uow, services, actor, task_id, version, None)
        await act(do)
        await uow.session.flush()
        return (await show_tasks(uow.session, [do.task], uow.now, actor))[0]

    return await call.database.run(command)


@api.get("/api/rep/route", who=REP, summary="The caller's own day: stops in order, times as of now")
async def get_own_route(call: Call, query: RouteQuery) -> RouteView:
    services = call.use(FieldServices)
    async with call.database.reading() as session:
        rep = await rep_of(session, call.actor)
        seen = await route_now(session, services, rep, call.now, query.day, paths=query.paths)
        return await route_view(session, seen, services.travel.source, call.now, call.actor)


@api.post("/api/tasks/{task_id}/acceptance", who=REP, summary="Accept a task", errors=STEP)
async def post_acceptance(call: Call, task_id: UUID, body: StepBody) -> TaskView:
    return await step(call, task_id, body.version, accept_task)


@api.post(
    "/api/tasks/{task_id}/declination",
    who=REP,
    summary="Decline a task with a reason; it goes to the next best representative",
    errors=(*STEP, ReasonMissing),
)
async def post_declination(call: Call, task_id: UUID, body: DeclinationBody) -> TaskView:
    return await step(call, task_id, body.version, lambda do: decline_task(do, body.reason))


@api.post(
    "/api/tasks/{task_id}/travel",
    who=REP,
    summary="Set off for a task, once the dangers of its place were read",
    errors=(*STEP, DangerUnread),
)
async def post_travel(call: Call, task_id: UUID, body: StepBody) -> TaskView:
    async def travel(do: Doing) -> None:
        if unread := await dangers_unread(do.uow, do.rep, do.task):
            raise DangerUnread(notes=[str(note_id) for note_id in unread])
        await travel_to_task(do)

    return await step(call, task_id, body.version, travel)


@api.post("/api/tasks/{task_id}/arrival", who=REP, summary="Arrive at a task", errors=(*STEP, StepNotReady))
async def post_arrival(call: Call, task_id: UUID, body: StepBody) -> TaskView:
    return await step(call, task_id, body.version, arrive_at_task)


@api.post(
    "/api/tasks/{task_id}/completion",
    who=REP,
    summary="Finish a task with its form, a note, photos: as its type demands",
    errors=(*STEP, ProofMissing, ProofUnknown, *FORM),
)
async def post_completion(call: Call, task_id: UUID, body: CompletionBody) -> TaskView:
    filled = body.form.filled() if body.form else None
    return await step(
        call, task_id, body.version, lambda do: complete_task(do, body.note, body.proofs, filled)
    )


@api.post(
    "/api/tasks/{task_id}/escalation",
    who=REP,
    summary="Hand a task to a dispatcher, who is named in the answer, with a reason",
    errors=(*STEP, ReasonMissing, NobodyToEscalateTo),
)
async def post_escalation(call: Call, task_id: UUID, body: EscalationBody) -> TaskView:
    return await step(call, task_id, body.version, lambda do: escalate_task(do, body.reason, body.kind))


@api.post(
    "/api/tasks/{task_id}/not-home",
    who=REP,
    summary="Nobody opened: leave a card; the customer is asked for another time",
    errors=STEP,
)
async def post_not_home(call: Call, task_id: UUID, body: StepBody) -> TaskView:
    return await step(call, task_id, body.version, report_not_home)


@api.post(
    "/api/tasks/{task_id}/proofs",
    who=REP,
    summary="Send a photo of the work (multipart: file, client_id)",
    status=201,
    limit=PHOTO,
    errors=(NotAPicture, PictureTooLarge, PictureBomb, TaskErased),
)
async def post_proof(call: Call, task_id: UUID, form: Upload) -> ProofView:
    client_id = _client_id(form)
    async with call.database.reading() as session:
        await once_own_task(session, call.actor, task_id)
        before = await proof_sent_before(session, task_id, client_id)
        if before is not None:
            return proof_view(before)
    most = call.settings.max_upload_bytes
    picture = await clean_picture(form.stored, asker=call.asker, max_bytes=most)
    # Outside the transaction: a file without a row is swept up, a row without its file would be a lie.
    blobs = call.use(FieldServices).blobs
    stored = await blobs.put(picture.data, media_type=picture.media_type, kept_in=Proof.blob_id)
    try:
        proof = await call.database.run(add_proof, call.actor, task_id, client_id, picture, stored)
    except CurbstopError:
        await call.database.run(let_go, stored.id)
        raise
    await blobs.put(
        picture.data, media_type=picture.media_type, kept_in=Proof.blob_id
    )  # see kernel.pictures.removal
    return proof_view(proof)


def _client_id(form: Upload) -> UUID:
    try:
        return UUID(form.fields.get("client_id", ""))
    except ValueError:
        where = "form.client_id"
        raise Invalid(faults=[Fault("field_invalid", where, params={"field": where})]) from None


@api.get(
    "/api/proofs/{proof_id}/image",
    who=STAFF,
    summary="A photo of finished work",
    media_type="image/jpeg",
)
async def get_proof_image(call: Call, proof_id: UUID) -> Response:
    async with call.database.reading() as session:
        proof = await session.get(Proof, proof_id)
        if proof is None:
            raise NotFound()
        if call.actor.roles == {Role.REP}:
            rep = await rep_of(session, call.actor)
            task = await session.get_one(Task, proof.task_id)
            if rep.id not in (proof.rep_id, task.rep_id) and not await stands_at(session, rep, task):
                raise NotFound()
    path = call.use(FieldServices).blobs.path(proof.blob_id)
    return private_file(call.request, path, digest=proof.blob_id, media_type=proof.media_type)


@api.post(
    "/api/device-actions",
    who=REP,
    summary="Actions taken on a phone, in order; each has its effect once",
    errors=(NotARep, Forbidden),
)
async def post_device_actions(call: Call, body: DeviceActionsBody) -> DeviceActionsView:
    skew = skew_of(body.sent_at, call.now)
    steps = [
        DeviceStep(
            id=action.id,
            sequence=action.sequence,
            kind=action.kind,
            task_id=action.task_id,
            at=action.at + skew if action.at and action.kind in WORDS else action.at,
            version=action.body.version,
            reason=action.body.reason,
            note=action.body.note,
            proofs=action.body.proofs,
            form=action.body.form.filled() if action.body.form else None,
            valve=action.body.valve,
            valve_state=action.body.valve_state,
            minutes=action.body.minutes,
            site=action.body.site.said() if action.body.site else None,
            notes=action.body.notes,
            doubt=action.body.doubt,
            escalation=action.body.kind,
        )
        for action in body.actions
    ]
    done = await apply_actions(call.database, call.use(FieldServices), call.actor, body.device, steps)
    return DeviceActionsView(
        results=[_result(result, call.language) for result in done.results],
        expected=done.expected,
        stopped=done.stopped,
    )


def _result(result: StepResult, language: str) -> ActionResultView:
    error = None
    if result.code is not None:
        error = ActionErrorView(
            code=result.code,
            message=i18n.text(language, "errors", result.code, **result.params),
            message_key=f"errors.{result.code}",
            params=result.params,
        )
    return ActionResultView(
        id=result.id,
        sequence=result.sequence,
        status=result.status,
        task=ActionTaskView.model_validate(result.task) if result.task else None,
        error=error,
        conflict=ActionConflictView.model_validate(result.conflict) if result.conflict else None,
        replayed=result.replayed,
    )


@api.post(
    "/api/positions",
    who=REP,
    summary="Where the caller is; kept during the shift only, and only the last one",
    errors=(NotARep, OffShift),
)
async def post_position(call: Call, body: PositionBody) -> None:
    await call.database.run(
        report_position,
        call.use(FieldServices),
        call.actor,
        body.lon,
        body.lat,
        body.accuracy_m,
        body.at,
    )
