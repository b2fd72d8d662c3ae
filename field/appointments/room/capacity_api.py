"""What the coming three weeks can bear, as JSON and as a file."""

from __future__ import annotations

from starlette.responses import Response

from field.appointments.bodies import CapacityFileQuery, CapacityQuery
from field.appointments.room.capacity_reading import as_csv, read_capacity
from field.appointments.views import CapacityCellView, CapacityRowView, CapacityView
from field.callers import CONSOLE
from field.services import FieldServices
from kernel.web import Api, Call

api = Api("field")


@api.get(
    "/api/capacity",
    who=CONSOLE,
    summary="Minutes free and asked by station or zone and day, three weeks ahead",
    compressed=True,
)
async def get_capacity(call: Call, query: CapacityQuery) -> CapacityView:
    async with call.database.reading() as session:
        days, rows = await read_capacity(session, call.use(FieldServices), call.now, query.by)
    return CapacityView(
        by=query.by,
        days=list(days),
        rows=[
            CapacityRowView(
                code=row.code,
                cells=[
                    CapacityCellView(
                        shift_min=cell.shift,
                        planned_min=cell.planned,
                        free_min=cell.free,
                        asked_min=cell.asked,
                        short=cell.short,
                    )
                    for cell in row.cells
                ],
            )
            for row in rows
        ],
    )


@api.get(
    "/api/capacity/file",
    who=CONSOLE,
    summary="The same as CSV, one line for each station or zone and day",
    media_type="text/csv",
)
async def get_capacity_file(call: Call, query: CapacityFileQuery) -> Response:
    async with call.database.reading() as session:
        days, rows = await read_capacity(session, call.use(FieldServices), call.now, query.by)
    headers = {
        "Content-Disposition": f'attachment; filename="capacity-{query.by}.csv"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(as_csv(days, rows), media_type="text/csv; charset=utf-8", headers=headers)
