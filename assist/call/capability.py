"""A technician's time with a request, and how the call came about."""

from assist.call.api import api
from assist.call.jobs import take_back_abandoned
from assist.call.tables import ConnectionStep
from kernel.capability import Capability
from kernel.jobs import SETTLED_S, Job

capability = Capability(
    "assist.call",
    apis=(api,),
    jobs=(Job("call.abandoned", lambda turn: take_back_abandoned(turn.house.database), 3.0, SETTLED_S),),
    tables=(ConnectionStep,),
    kept=(
        ConnectionStep.step,
        ConnectionStep.detail,
    ),
)
