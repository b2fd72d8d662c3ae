"""Figures, as supervisors see them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

from starlette.responses import Response

from field.board.views import NamesView
from field.figures.bodies import FiguresFileQuery, FiguresQuery, FigureTasksQuery
from field.figures.counting import OF_PEOPLE, Figure, monday
from field.figures.queries import (
    OF_STATIONS,
    OF_TASKS,
    SPANS,
    Lines,
    Named,
    is_waiting,
    lines_of,
    tasks_of,
    weeks_until,
)
from field.figures.views import (
    FigureChoiceView,
    FigureGroupView,
    FigureLinesView,
    FigureTasksView,
    FigureTaskView,
    WeeklyFiguresView,
)
from field.services import FieldServices
from kernel.actors import Role
from kernel.web import Api, Call, role

api = Api("field")

SUPERVISOR = role(Role.SUPERVISOR, Role.ADMIN)
"""Those who see how well everybody's work is done."""
DAY = timedelta(days=1)


def _yesterday(call: Call) -> date:
    return call.use(FieldServices).day_of(call.now) - DAY


async def _read(call: Call, query: FiguresQuery) -> tuple[date, bool, Lines]:
    until = min(query.until or _yesterday(call), _yesterday(call))
    async with call.database.reading() as session:
        weeks = weeks_until(until, query.weeks)
        lines = await lines_of(session, query.by, query.chosen, weeks)
        return until, await is_waiting(session, _yesterday(call) + DAY), lines


@api.get(
    "/api/figures",
    who=SUPERVISOR,
    summary="How well the work is done, week by week: by station, zone or kind of task",
    compressed=True,
)
async def get_figures(call: Call, query: FiguresQuery) -> WeeklyFiguresView:
    until, waiting, lines = await _read(call, query)
    return WeeklyFiguresView(
        by=query.by,
        weeks=list(lines.weeks),
        until=until,
        waiting=waiting,
        choices=[FigureChoiceView(key=each.key, names=_names(each), n=each.n) for each in lines.choices],
        figures=[
            FigureLinesView(figure=figure.value, groups=list(_groups(figure, lines, query)))
            for figure in Figure
        ],
    )


def _groups(figure: Figure, lines: Lines, query: FiguresQuery) -> Iterator[FigureGroupView]:
    if figure in OF_PEOPLE and query.by not in ("all", "station"):
        return
    n, num, den = (OF_STATIONS if figure in OF_PEOPLE else OF_TASKS)[figure]
    sums = lines.people if figure in OF_PEOPLE else lines.tasks
    for each in lines.shown:
        weeks = [sums.get(each.key, {}).get(week, {}) for week in lines.weeks]
        yield FigureGroupView(
            key=each.key,
            names=_names(each),
            n=[week.get(n, 0) for week in weeks],
            num=[week.get(num, 0) for week in weeks],
            den=[week.get(den, 0) for week in weeks],
            mean_s=[week["answer_s"] // week["answers"] if week.get("answers") else None for week in weeks]
            if figure is Figure.FIRST_ANSWER
            else [],
        )


def _names(each: Named) -> NamesView | None:
    if not each.key:
        return None
    name, hant, english = each.names
    return NamesView(code=each.code, name=name, name_zh_hant=hant, name_en=english)


@api.get(
    "/api/figures/tasks",
    who=SUPERVISOR,
    summary="The tasks that one point of a figure rests on, those that missed first",
    compressed=True,
)
async def get_figure_tasks(call: Call, query: FigureTasksQuery) -> FigureTasksView:
    async with call.database.reading() as session:
        rows, more = await tasks_of(
            session, query.figure, monday(query.week), _yesterday(call), query.by, query.key
        )
    spans = query.figure in SPANS
    return FigureTasksView(
        tasks=[
            FigureTaskView(
                id=row.id,
                category=row.category,
                fault=row.fault,
                severity=row.severity,
                address=row.address,
                zone=row.zone,
                rep_name=row.rep_name or "",
                rep_name_en=row.rep_name_en or "",
                day=row.day,
                finished_at=row.finished_at,
                hit=None if spans else bool(row.num),
                num_s=int(row.num) if spans else None,
                den_s=int(row.den) if spans else None,
            )
            for row in rows
        ],
        more=more,
    )


@api.get(
    "/api/figures/file",
    who=SUPERVISOR,
    summary="The same lines as CSV (UTF-8 with a byte-order mark), a row for each figure, line and week",
    media_type="text/csv",
)
async def get_figures_file(call: Call, query: FiguresFileQuery) -> Response:
    _until, _waiting, lines = await _read(call, query)
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(
        ["figure", "by", "code", "name", "week", "n", "numerator", "denominator", "value", "mean_seconds"]
    )
    for figure in Figure:
        for group in _groups(figure, lines, query):
            code, name = (group.names.code, group.names.name) if group.names else ("", "")
            for at, week in enumerate(lines.weeks):
                den, mean = group.den[at], group.mean_s[at] if group.mean_s else None
                value = f"{group.num[at] / den:.4f}" if den else ""
                line = [figure.value, query.by, _plain(code), _plain(name), week.isoformat(), group.n[at]]
                writer.writerow([*line, group.num[at], den, value, "" if mean is None else mean])
    headers = {
        "Content-Disposition": f'attachment; filename="figures-{query.by}.csv"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(
        made.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers
    )


def _plain(text: str) -> str:
    """A spreadsheet takes it for text, whatever it begins with."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
