"""Whose pipe it is, what is wrong with it, and how the request ends."""

from assist.verdict.api import api
from assist.verdict.erasing import eraser
from assist.verdict.tables import VerdictRow
from kernel.capability import Capability

capability = Capability(
    "assist.verdict",
    apis=(api,),
    tables=(VerdictRow,),
    erasers=(eraser,),
    kept=(VerdictRow.fault,),
)
