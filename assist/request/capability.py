"""The request itself: who asked, its state and its one owner, and what the field tells of its visit."""

from assist.request import handlers
from assist.request.erasing import eraser
from assist.request.tables import Customer, DeskAbsence, DeskPresence, RequestEvent, ServiceRequest
from assist.services import AssistServices
from kernel.capability import Capability, Handling

capability = Capability(
    "assist.request",
    handlers=(Handling(handlers.group, AssistServices),),
    tables=(Customer, ServiceRequest, RequestEvent, DeskPresence, DeskAbsence),
    erasers=(eraser,),
    kept=(
        ServiceRequest.safety_stop,
        RequestEvent.kind,
        RequestEvent.detail,
    ),
)
