"""What customers say about it."""

from assist.rating.api import api
from assist.rating.erasing import eraser
from assist.rating.jobs import close_long_resolved
from assist.rating.tables import Rating
from kernel.capability import Capability
from kernel.jobs import SETTLED_S, Job

capability = Capability(
    "assist.rating",
    apis=(api,),
    jobs=(Job("rating.unrated", lambda turn: close_long_resolved(turn.house.database), 3.0, SETTLED_S),),
    tables=(Rating,),
    erasers=(eraser,),
)
