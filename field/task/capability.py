"""A job at a place: its states, its timeline, who answers for it, and what proves it."""

from field.task.erasing import eraser
from field.task.evidence import on_site
from field.task.tables import Conflict, Departure, Proof, Task, TaskEntry
from kernel.capability import Capability

capability = Capability(
    "field.task",
    tables=(Task, TaskEntry, Proof, Conflict, Departure),
    erasers=(eraser,),
    evidence=(on_site,),
    kept=(
        *(
            Task.category,
            Task.type,
            Task.fault,
            Task.ownership,
            Task.skill,
            Task.parts,
            Task.verdict,
            Task.unplaced_reason,
            Task.waits_for,
            Task.refused_by,
            Task.second_skill,
            Task.second_refused_by,
        ),
        *(TaskEntry.kind, TaskEntry.from_state, TaskEntry.to_state, TaskEntry.actor_name, Proof.media_type),
    ),
)
