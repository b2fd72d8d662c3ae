"""Check-ins of people who work alone."""

from field.safety.api import api
from field.safety.jobs import JOBS
from field.safety.tables import LoneStep, LoneTimer, SafetyPolicy
from kernel.capability import Capability

capability = Capability("field.safety", apis=(api,), jobs=JOBS, tables=(SafetyPolicy, LoneTimer, LoneStep))
