"""What both sides write to each other."""

from assist.chat.api import api
from assist.chat.erasing import eraser
from assist.chat.tables import Message
from kernel.capability import Capability

capability = Capability(
    "assist.chat",
    apis=(api,),
    tables=(Message,),
    erasers=(eraser,),
)
