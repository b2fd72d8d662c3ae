"""How zones come in: a file is looked at, then it is taken, all of it or nothing."""

from __future__ import annotations

import asyncio
import dataclasses

from field.bodies import asked_of
from field.callers import IMPORTER
from field.grid.commands import ImportRefused, ImportUnconfirmed
from field.grid.formats.apart import ReaderStopped, run_bounded
from field.grid.formats.columns import proposed
from field.grid.formats.reading import NO_FOLDER, ReadAs, inspect, is_light
from field.grid.store import kept_columns
from field.grid.views import ImportReportView, report_view
from field.map.bodies import InspectionQuery, ZoneImportQuery
from field.map.file_fields import zone_file_fields
from field.map.following import follow_zones
from field.map.imports import take_zones
from field.map.views import InspectionView, inspection_view
from field.services import FieldServices
from kernel.web import Api, Call, Upload

api = Api("field")

IMPORT_BYTES = 32 << 20
NAME_LENGTH = 120


@api.post(
    "/api/imports/zones",
    who=IMPORTER,
    summary="Take a zone file, all of it or nothing (form fields: file, layer, columns, mends)",
    errors=(ImportRefused, ImportUnconfirmed),
    max_bytes=IMPORT_BYTES,
)
async def post_zones_file(call: Call, query: ZoneImportQuery, form: Upload) -> ImportReportView:
    fields = zone_file_fields(form.fields)
    asked = asked_of(query, call.use(FieldServices).link_lifetime)
    asked = dataclasses.replace(asked, **fields.said(), name=shown_name(form.filename))
    report = await take_zones(call.database, call.actor, form.file, asked)
    if not asked.dry_run and report.valid_from is None:
        await follow_zones(call.database, call.use(FieldServices).grid)
    return report_view(report, call.settings.base_url)


@api.post(
    "/api/imports/zones/inspection",
    who=IMPORTER,
    summary="What a zone file holds, before it is said what its columns mean (form fields: file, layer)",
    errors=(ImportRefused,),
    max_bytes=IMPORT_BYTES,
)
async def post_zones_inspection(call: Call, query: InspectionQuery, form: Upload) -> InspectionView:
    read_as = ReadAs(query.encoding, layer=zone_file_fields(form.fields).layer)
    data = form.file
    try:
        if is_light(data):
            seen = await asyncio.to_thread(inspect, data, folder=NO_FOLDER, read_as=read_as)
        else:
            seen = await run_bounded(inspect, data, read_as=read_as)
    except ReaderStopped as stopped:
        raise ImportRefused(faults=(stopped.fault,)) from None
    if seen.faults and not seen.layers:
        raise ImportRefused(faults=seen.faults)
    async with call.database.reading() as session:
        kept = await kept_columns(session)
    return inspection_view(seen, proposed(seen.columns, kept))


def shown_name(filename: str) -> str:
    """A file's name as it can be kept and shown."""
    return "".join(char for char in filename if char.isprintable()).strip()[:NAME_LENGTH]
