"""A day as it happened, for whoever wants to see it again."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from field.bodies import Body
from field.callers import CONSOLE
from field.replay.queries import Replay, replay_of
from field.replay.views import ReplayStepColumns, ReplayTaskColumns, ReplayView
from field.services import FieldServices
from kernel.web import Api, Call

api = Api("field")


class ReplayQuery(Body):
    """`day`: which; today, if none is named."""

    day: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))] | None = None


@api.get(
    "/api/replay",
    who=CONSOLE,
    summary="A day as it happened: who had which task in which state, from when on",
    compressed=True,
)
async def get_replay(call: Call, query: ReplayQuery) -> ReplayView:
    services = call.use(FieldServices)
    day = query.day or services.day_of(call.now)
    async with call.database.reading() as session:
        found = await replay_of(session, services, day, call.now)
    return _view(day, found)


def _view(day: date, found: Replay) -> ReplayView:
    number = {task.id: at for at, task in enumerate(found.tasks)}
    return ReplayView(
        day=day,
        begins=int(found.begins.timestamp()),
        ends=int(found.ends.timestamp()),
        tasks=ReplayTaskColumns(
            id=[task.id for task in found.tasks],
            category=[task.category for task in found.tasks],
            fault=[task.fault for task in found.tasks],
            severity=[task.severity for task in found.tasks],
            address=[task.address for task in found.tasks],
            zone=[task.zone for task in found.tasks],
            window_start=[int(task.window_start.timestamp()) for task in found.tasks],
            window_end=[int(task.window_end.timestamp()) for task in found.tasks],
        ),
        steps=ReplayStepColumns(
            task=[number[step.task_id] for step in found.steps],
            at=[step.at for step in found.steps],
            state=[step.state for step in found.steps],
            rep=[step.rep_id for step in found.steps],
        ),
    )
