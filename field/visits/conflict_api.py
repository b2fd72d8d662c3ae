"""Deciding what becomes of work that was done on a task which had gone to somebody else."""

from __future__ import annotations

from uuid import UUID

from field.board.api import MOVES, shown
from field.board.views import TaskDetailView
from field.callers import DISPATCHER
from field.dispatch.commands import RepUnable, TaskWaits
from field.services import FieldServices
from field.task.conflict import DecisionNotPossible
from field.task.task import PlaceMissing, ProofMissing
from field.visits.bodies import DecisionBody
from field.visits.conflicts import decide_conflict
from kernel.web import Api, Call

api = Api("field")


@api.post(
    "/api/task-conflicts/{conflict_id}/decision",
    who=DISPATCHER,
    summary="Decide what becomes of work reported by somebody who no longer had the task",
    errors=(*MOVES, DecisionNotPossible, RepUnable, PlaceMissing, ProofMissing, TaskWaits),
)
async def post_decision(call: Call, conflict_id: UUID, body: DecisionBody) -> TaskDetailView:
    services, actor = call.use(FieldServices), call.actor
    task = await call.database.run(decide_conflict, services, actor, conflict_id, body.version, body.decision)
    return await shown(call, task.id)
