"""A job at a place: its states, its timeline, who answers for it, and what proves it."""

from field.task.tables import Conflict, Departure, Proof, Task, TaskEntry
from kernel.capability import Capability

capability = Capability(
    "field.task",
    tables=(Task, TaskEntry, Proof, Conflict, Departure),
)
