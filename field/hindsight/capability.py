"""The costliest decisions of a day that is over."""

from field.hindsight.api import api
from field.hindsight.erasing import eraser
from field.hindsight.jobs import JOBS
from field.hindsight.tables import HindsightDay, HindsightDecision
from kernel.capability import Capability

capability = Capability(
    "field.hindsight",
    apis=(api,),
    jobs=JOBS,
    tables=(HindsightDay, HindsightDecision),
    erasers=(eraser,),
    kept=(HindsightDecision.station,),
)
