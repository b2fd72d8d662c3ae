"""What a placing must honour about times and people."""

from field.terms.api import api
from field.terms.erasing import eraser
from field.terms.jobs import JOBS
from kernel.capability import Capability

capability = Capability("field.terms", apis=(api,), jobs=JOBS, erasers=(eraser,))
