"""The queue: places, desks, and the wait that is told."""

from assist.queue.api import api
from assist.queue.jobs import give_up_lost_places
from assist.queue.tables import Call, QueueEntry
from kernel.capability import Capability
from kernel.jobs import SETTLED_S, Job

capability = Capability(
    "assist.queue",
    apis=(api,),
    jobs=(Job("queue.lost_places", lambda turn: give_up_lost_places(turn.house.database), 3.0, SETTLED_S),),
    tables=(QueueEntry, Call),
    kept=(
        Call.end_reason,
        Call.pickup_s,
    ),
)
