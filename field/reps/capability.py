"""Representatives: who there is, how they sign in, where they stand, how they hear of a task."""

from field.callers import may_hear_rep
from field.reps import notices
from field.reps.api import api
from field.services import FieldServices
from kernel.capability import Capability, Handling

capability = Capability(
    "field.reps",
    apis=(api,),
    handlers=(Handling(notices.group, FieldServices),),
    topics={"rep": may_hear_rep},
)
