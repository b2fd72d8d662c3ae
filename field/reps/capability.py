"""Representatives: who there is, how they sign in, where they stand."""

from field.callers import may_hear_rep
from field.reps.api import api
from kernel.capability import Capability

capability = Capability(
    "field.reps",
    apis=(api,),
    topics={"rep": may_hear_rep},
)
