"""TURN servers for networks that block UDP."""

from assist.webrtc.turn.api import api
from kernel.capability import Capability

capability = Capability(
    "assist.webrtc.turn",
    apis=(api,),
)
