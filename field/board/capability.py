"""What a dispatcher sees and decides about tasks."""

from field.board.api import api
from kernel.capability import Capability

capability = Capability(
    "field.board",
    apis=(api,),
)
