"""Where representatives are and were during their shifts: taken in in batches, thinned, soon forgotten."""

from field.positions.api import api
from field.positions.jobs import JOBS
from field.positions.tables import PositionDevice, TrackPiece
from kernel.capability import Capability

capability = Capability("field.positions", apis=(api,), jobs=JOBS, tables=(PositionDevice, TrackPiece))
