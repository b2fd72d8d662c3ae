"""A dispatcher moves tasks by hand: where they fit, the move, the way back, and what has to stay."""

from field.moves.api import api
from field.moves.tables import TaskMove
from kernel.capability import Capability

capability = Capability(
    "field.moves",
    apis=(api,),
    tables=(TaskMove,),
    kept=(TaskMove.from_reason,),
)
