"""What an import did, and where a point lies, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from field.grid.plans.reports import ImportReport
from kernel.errors import Fault


class View(BaseModel):
    """Any answer."""

    model_config = ConfigDict(frozen=True)


class WarningView(View):
    """Something in the file worth a look that does not keep it out."""

    code: str
    where: str
    params: dict[str, Any]


class ChangedView(View):
    """A row that was there before, and the fields that differ."""

    code: str
    fields: list[str]


class NewSignInView(View):
    """A new representative's one-use sign-in: shown once, here."""

    code: str
    name: str
    username: str
    link: str


class MovedView(View):
    """A zone whose border moves: the ground that it gains and loses."""

    code: str
    gained_m2: int
    lost_m2: int


class GoingView(View):
    """A zone that goes, and what hangs on it."""

    code: str
    name: str
    owner: str | None
    meters: list[str]
    open_tasks: int


class DrawingView(View):
    """GeoJSON geometries, of few points."""

    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


class ImportReportView(View):
    """What an import did, or with `dry_run` would do; by code. `doubts` are taken only when `confirmed`;
    `encoding` and some names as they were read in it show whether it is the right one. Of zones: `moved`
    borders, what hangs on those `going`, and with `dry_run` `drawings` of the difference, by code.
    """

    kind: str
    dry_run: bool
    added: list[str]
    changed: list[ChangedView]
    removed: list[str]
    unchanged: int
    warnings: list[WarningView]
    sign_ins: list[NewSignInView]
    doubts: list[WarningView]
    encoding: str
    sample: list[str]
    moved: list[MovedView] = []
    going: list[GoingView] = []
    drawings: dict[str, DrawingView] = {}
    version_id: UUID | None = None
    valid_from: datetime | None = None


class ZoneAtView(View):
    """The zone a point lies in. `owner_id`: its representative."""

    id: UUID
    code: str
    name: str
    name_zh_hant: str
    name_en: str
    station: str
    owner_id: UUID | None


def report_view(report: ImportReport, base_url: str) -> ImportReportView:
    """A report as JSON; tokens become links to the representative's page."""
    return ImportReportView(
        kind=report.kind,
        dry_run=report.dry_run,
        added=list(report.added),
        changed=[ChangedView(code=each.code, fields=list(each.fields)) for each in report.changed],
        removed=list(report.removed),
        unchanged=report.unchanged,
        warnings=[_warning(each) for each in report.warnings],
        doubts=[_warning(each) for each in report.doubts],
        encoding=report.encoding,
        sample=list(report.sample),
        moved=[MovedView.model_validate(vars(each)) for each in report.moved],
        going=[GoingView.model_validate(vars(each) | {"meters": list(each.meters)}) for each in report.going],
        version_id=report.version_id,
        valid_from=report.valid_from,
        drawings={code: DrawingView(**drawing) for code, drawing in report.drawings.items()},
        sign_ins=[
            NewSignInView(
                code=each.code,
                name=each.name,
                username=each.username,
                link=f"{base_url}/rep#k={each.token}",
            )
            for each in report.sign_ins
        ],
    )


def _warning(fault: Fault) -> WarningView:
    return WarningView(code=fault.code, where=fault.where, params=dict(fault.params))
