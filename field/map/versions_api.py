"""Versions of the zones: the list, going back to the one before, and withdrawing one that waits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from field.board.views import View
from field.bodies import Body
from field.callers import CONSOLE, IMPORTER
from field.grid.commands import Asked, ImportUnconfirmed
from field.grid.tables import GridVersion
from field.grid.versions.commands import VersionNotLast, VersionNotWaiting, last_taken, withdraw
from field.grid.views import ImportReportView, report_view
from field.map.following import follow_zones
from field.map.imports import undo_version
from field.services import FieldServices
from kernel.errors import NotFound
from kernel.identity.staff import Staff
from kernel.web import Api, Call

api = Api("field")

LISTED = 50


class UndoQuery(Body):
    """`dry_run`: tell what would change. `confirmed`: what a dry run doubts is meant."""

    dry_run: bool = False
    confirmed: bool = False


class VersionView(View):
    """A version of the zones. `state`: waiting, taken, undone or withdrawn; `cause`: file or undo; `last`:
    it is the zones' now, and can be undone; `counts` as its import told them."""

    id: UUID
    state: str
    cause: str
    name: str
    published_at: datetime
    valid_from: datetime
    by: str
    counts: dict[str, int]
    last: bool


@api.get("/api/grid/versions", who=CONSOLE, summary="The newest fifty versions of the zones")
async def list_versions(call: Call) -> list[VersionView]:
    columns = ("id", "state", "cause", "name", "published_at", "valid_from", "counts")
    query = (
        select(*(getattr(GridVersion, name) for name in columns), Staff.name)
        .outerjoin(Staff, Staff.id == GridVersion.actor_id)
        .order_by(GridVersion.valid_from.desc(), GridVersion.id.desc())
        .limit(LISTED)
    )
    async with call.database.reading() as session:
        last = await last_taken(session)
        rows = (await session.execute(query)).all()
    return [
        VersionView(**dict(zip(columns, row, strict=False)), by=row[-1] or "", last=row[0] == last)
        for row in rows
    ]


@api.post(
    "/api/grid/versions/{version_id}/undoing",
    who=IMPORTER,
    summary="Go back to the zones, and their owners, from before the newest version",
    errors=(NotFound, VersionNotLast, ImportUnconfirmed),
)
async def post_undoing(call: Call, version_id: UUID, query: UndoQuery) -> ImportReportView:
    asked = Asked(dry_run=query.dry_run, confirmed=query.confirmed)
    report = await undo_version(call.database, call.actor, version_id, asked)
    if not query.dry_run:
        await follow_zones(call.database, call.use(FieldServices).grid)
    return report_view(report, call.settings.base_url)


@api.post(
    "/api/grid/versions/{version_id}/withdrawal",
    who=IMPORTER,
    summary="A version that waits for its time is not to come",
    errors=(NotFound, VersionNotWaiting),
)
async def post_withdrawal(call: Call, version_id: UUID) -> None:
    await call.database.run(withdraw, call.actor, version_id)
