"""Stills and the marks on them."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field, ValidationError
from starlette.responses import Response

from assist.bodies import Body
from assist.callers import DRAW, PARTIES, PICTURE, READERS
from assist.request.access import visible_request
from assist.request.request import WrongState
from assist.services import AssistServices
from assist.stills.bodies import MarkBody
from assist.stills.commands import (
    NewMark,
    NewStill,
    StillDeleted,
    TooManyMarks,
    TooManyStills,
    add_mark,
    record_still,
    require_room_for_still,
    still_sent_before,
    undo_mark,
)
from assist.stills.queries import marks_of, request_of_mark, still_view, stills_of, visible_still
from assist.stills.tables import Still
from assist.stills.views import MarkView, StillView
from kernel.errors import CurbstopError, Forbidden, Invalid, TooLarge
from kernel.pictures.pictures import NotAPicture, PictureBomb, PictureTooLarge, clean_picture
from kernel.pictures.removal import let_go
from kernel.web import Api, Call, Upload
from kernel.web.faults import faults_of
from kernel.web.private_files import private_file

api = Api("assist")


class StillFields(Body):
    """The text fields beside the file."""

    client_id: UUID
    source: Literal["capture", "upload", "canvas"] = "upload"
    freeze_id: UUID | None = Field(default=None)


@api.post(
    "/api/requests/{request_id}/stills",
    who=PARTIES,
    summary="Send a picture (form fields: file, client_id, source, freeze_id)",
    status=201,
    errors=(TooLarge, PictureTooLarge, NotAPicture, PictureBomb, TooManyStills, StillDeleted, WrongState),
    limit=PICTURE,
)
async def send_still(call: Call, request_id: UUID, form: Upload) -> StillView:
    fields = _still_fields(form)
    async with call.database.reading() as session:
        row = await visible_request(session, call.actor, request_id)
        if sent_before := await still_sent_before(session, request_id, fields.client_id):
            return still_view(sent_before)
        await require_room_for_still(session, row)
    services = call.use(AssistServices)
    most = services.max_upload_bytes
    picture = await clean_picture(form.stored, asker=call.asker, max_bytes=most)
    blob = await services.blobs.put(picture.data, media_type=picture.media_type, kept_in=Still.blob_id)
    new = NewStill(
        client_id=fields.client_id,
        source=fields.source,
        blob_id=blob.id,
        media_type=blob.media_type,
        width=picture.width,
        height=picture.height,
        size=blob.size,
        freeze_id=fields.freeze_id,
    )
    try:
        view = await call.database.run(record_still, call.actor, request_id, new)
    except CurbstopError:
        await call.database.run(let_go, blob.id)
        raise
    await services.blobs.put(
        picture.data, media_type=picture.media_type, kept_in=Still.blob_id
    )  # see kernel.pictures.removal
    return view


def _still_fields(form: Upload) -> StillFields:
    given = {name: value for name, value in form.fields.items() if value or name != "freeze_id"}
    try:
        return StillFields.model_validate(given)
    except ValidationError as error:
        raise Invalid(faults=faults_of(error, "form")) from None


@api.get("/api/requests/{request_id}/stills", who=READERS, summary="A request's pictures, in order")
async def list_stills(call: Call, request_id: UUID) -> list[StillView]:
    async with call.database.reading() as session:
        return await stills_of(session, call.actor, request_id)


@api.get("/api/stills/{still_id}/image", who=READERS, summary="The picture itself", media_type="image/*")
async def read_still_image(call: Call, still_id: UUID) -> Response:
    async with call.database.reading() as session:
        still = await visible_still(session, call.actor, still_id)
    path = call.use(AssistServices).blobs.path(still.blob_id)
    return private_file(call.request, path, digest=still.blob_id, media_type=still.media_type)


@api.get("/api/stills/{still_id}/marks", who=READERS, summary="The marks on a picture, oldest first")
async def list_marks(call: Call, still_id: UUID) -> list[MarkView]:
    async with call.database.reading() as session:
        return await marks_of(session, call.actor, still_id)


@api.post(
    "/api/stills/{still_id}/marks",
    who=PARTIES,
    summary="Draw on a picture",
    status=201,
    errors=(WrongState, TooManyMarks),
    limit=DRAW,
)
async def draw_mark(call: Call, still_id: UUID, body: MarkBody) -> MarkView:
    async with call.database.reading() as session:
        still = await visible_still(session, call.actor, still_id)
    new = NewMark(client_id=body.client_id, tool=body.tool, points=body.points, text=body.text)
    return await call.database.run(add_mark, call.actor, still.request_id, still.id, new)


@api.delete(
    "/api/marks/{mark_id}",
    who=PARTIES,
    summary="Take a mark back",
    errors=(Forbidden, WrongState),
    limit=DRAW,
)
async def take_mark_back(call: Call, mark_id: UUID) -> None:
    async with call.database.reading() as session:
        request_id = await request_of_mark(session, mark_id)
    await call.database.run(undo_mark, call.actor, request_id, mark_id)
