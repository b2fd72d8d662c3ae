"""Shifts come in through files and leave as one."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from sqlalchemy import select
from starlette.responses import Response

from field.callers import CONSOLE, IMPORTER
from field.grid.commands import ImportRefused
from field.grid.tables import Rep
from field.services import FieldServices
from field.shifts.bodies import ShiftImportQuery, ShiftTableQuery
from field.shifts.files.imports import take_shifts
from field.shifts.files.records import FILE_BYTES
from field.shifts.files.shift_file import written_table
from field.shifts.roster.settling import books_of
from field.shifts.views import ShiftChangeView, ShiftImportView
from kernel.errors import NotFound
from kernel.web import Api, Call, Upload

api = Api("field")

TABLE = "text/csv"
MOST_PEOPLE = 5_000


@api.post(
    "/api/imports/shifts",
    who=IMPORTER,
    summary="Take a file of shifts (CSV or iCalendar): all of it, or nothing and every fault",
    errors=(ImportRefused, NotFound),
    max_bytes=FILE_BYTES,
)
async def post_shifts_file(call: Call, query: ShiftImportQuery, form: Upload) -> ShiftImportView:
    report = await take_shifts(
        call.database,
        call.use(FieldServices),
        call.actor,
        form.file,
        dry_run=query.dry_run,
        rep_id=query.rep_id,
    )
    told = dataclasses.asdict(report)
    return ShiftImportView(**told | {"changes": [ShiftChangeView(**each) for each in told["changes"]]})


@api.get(
    "/api/exports/shifts",
    who=CONSOLE,
    summary="Days as a table (CSV) that can be changed and taken in again",
    media_type=TABLE,
)
async def get_shifts_file(call: Call, query: ShiftTableQuery) -> Response:
    services = call.use(FieldServices)
    first = query.first or services.day_of(call.now)
    last = first + timedelta(days=query.days - 1)
    wanted = select(Rep.id, Rep.code, Rep.shift_start, Rep.shift_end).where(Rep.active).order_by(Rep.code)
    if query.station is not None:
        wanted = wanted.where(Rep.station == query.station)
    async with call.database.reading() as session:
        reps = (await session.execute(wanted.limit(MOST_PEOPLE))).all()
        books = await books_of(session, reps, first, last)
    days = [first + timedelta(days=ahead) for ahead in range(query.days)]
    table = written_table((rep.code, day, books[rep.id].duty_on(day)) for rep in reps for day in days)
    return Response(
        table.encode("utf-8-sig"),
        media_type=TABLE,
        headers={"Content-Disposition": f'attachment; filename="shifts-{first.isoformat()}.csv"'},
    )
