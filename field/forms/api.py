"""Task types and their forms: read by all of the staff, written by supervisors."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from field.callers import CONSOLE, STAFF
from field.forms.answers_file import MOST, answers_file
from field.forms.bodies import (
    AnswersQuery,
    DraftBody,
    DraftVersionQuery,
    FormPublicationBody,
    NewTypeBody,
    TypeBody,
)
from field.forms.commands import (
    FormNotSound,
    NoDraft,
    TypeExists,
    add_type,
    change_type,
    drop_draft,
    publish,
    write_draft,
)
from field.forms.queries import (
    draft_of,
    filled_tasks,
    form_by_number,
    list_types,
    type_by_code,
    type_view,
    versions_of,
)
from field.forms.views import DraftView, FormVersionView, FormView, TaskTypeView
from field.services import FieldServices
from kernel.actors import Role
from kernel.errors import NotFound, StaleVersion
from kernel.web import Api, Call, role

api = Api("field")

WRITER = role(Role.SUPERVISOR, Role.ADMIN)
"""Who decides what is filled in."""


async def shown_type(call: Call, code: str) -> TaskTypeView:
    async with call.database.reading() as session:
        return type_view(await type_by_code(session, code))


async def shown_draft(call: Call, code: str) -> DraftView:
    async with call.database.reading() as session:
        return await draft_of(session, code)


@api.get("/api/task-types", who=STAFF, summary="Types of tasks, in the order in which they are offered")
async def get_task_types(call: Call) -> list[TaskTypeView]:
    async with call.database.reading() as session:
        return await list_types(session)


@api.post("/api/task-types", who=WRITER, summary="Begin a type of task", status=201, errors=(TypeExists,))
async def post_task_type(call: Call, body: NewTypeBody) -> TaskTypeView:
    settings = body.model_dump(exclude={"code"}, mode="json")
    code = await call.database.run(add_type, call.actor, body.code, settings)
    return await shown_type(call, code)


@api.put(
    "/api/task-types/{task_type}",
    who=WRITER,
    summary="Change what tasks of a type begin with",
    errors=(NotFound, StaleVersion),
)
async def put_task_type(call: Call, task_type: str, body: TypeBody) -> TaskTypeView:
    settings = body.model_dump(exclude={"version"}, mode="json")
    await call.database.run(change_type, call.actor, task_type, body.version, settings)
    return await shown_type(call, task_type)


@api.get(
    "/api/task-types/{task_type}/draft",
    who=CONSOLE,
    summary="The form that is being written, with its faults and what is new in it",
    errors=(NotFound,),
)
async def get_form_draft(call: Call, task_type: str) -> DraftView:
    return await shown_draft(call, task_type)


@api.put(
    "/api/task-types/{task_type}/draft",
    who=WRITER,
    summary="Keep the form that is being written, sound or not",
    errors=(NotFound, StaleVersion),
)
async def put_form_draft(call: Call, task_type: str, body: DraftBody) -> DraftView:
    definition = {"sections": body.definition.get("sections", [])}
    await call.database.run(write_draft, task_type, body.version, definition)
    return await shown_draft(call, task_type)


@api.delete(
    "/api/task-types/{task_type}/draft",
    who=WRITER,
    summary="Go back to the published form",
    status=200,
    errors=(NotFound, StaleVersion),
)
async def delete_form_draft(call: Call, task_type: str, query: DraftVersionQuery) -> DraftView:
    await call.database.run(drop_draft, task_type, query.version)
    return await shown_draft(call, task_type)


@api.get(
    "/api/task-types/{task_type}/forms",
    who=CONSOLE,
    summary="Every published version of a form, with what was new in it",
    errors=(NotFound,),
)
async def get_forms(call: Call, task_type: str) -> list[FormVersionView]:
    async with call.database.reading() as session:
        return await versions_of(session, task_type)


@api.post(
    "/api/task-types/{task_type}/forms",
    who=WRITER,
    summary="Publish the form that was written as the next version",
    status=201,
    errors=(NotFound, StaleVersion, NoDraft, FormNotSound),
)
async def post_form(call: Call, task_type: str, body: FormPublicationBody) -> DraftView:
    await call.database.run(publish, call.actor, task_type, body.version, body.note)
    return await shown_draft(call, task_type)


@api.get(
    "/api/task-types/{task_type}/forms/{number}",
    who=STAFF,
    summary="A published form; it never changes",
    errors=(NotFound,),
    compressed=True,
)
async def get_form(call: Call, task_type: str, number: int) -> FormView:
    async with call.database.reading() as session:
        return await form_by_number(session, task_type, number)


@api.get(
    "/api/task-types/{task_type}/answers",
    who=CONSOLE,
    summary="What was filled in for a type, as a CSV file in the caller's language",
    errors=(NotFound,),
    media_type="text/csv",
)
async def get_answers_file(call: Call, task_type: str, query: AnswersQuery) -> Response:
    async with call.database.reading() as session:
        await type_by_code(session, task_type)
        rows, forms = await filled_tasks(session, task_type, *query.span, MOST)
    zone = call.use(FieldServices).timezone
    data = answers_file(rows, [form.definition for form in forms], query.language or call.language, zone)
    headers = {
        "Content-Disposition": f'attachment; filename="{quote(task_type)}.csv"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)
