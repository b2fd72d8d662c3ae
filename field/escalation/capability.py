"""Escalations by rule, with a clock that climbs."""

from field.escalation.api import api
from field.escalation.jobs import JOBS
from field.escalation.tables import AreaLead, Escalation, EscalationRule
from kernel.capability import Capability

capability = Capability(
    "field.escalation",
    apis=(api,),
    jobs=JOBS,
    tables=(EscalationRule, AreaLead, Escalation),
    # Who of the staff was asked when; the customer's words stay in the task's own columns, and go with them.
    kept=(Escalation.rungs, Escalation.asked),
)
