"""Work that comes again: meters to be read, valves to be exercised, inspections, samples."""

from field.rounds.api import api
from field.rounds.jobs import JOBS
from field.rounds.tables import Round, RoundStop
from kernel.capability import Capability

capability = Capability("field.rounds", apis=(api,), jobs=JOBS, tables=(Round, RoundStop))
