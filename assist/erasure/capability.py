"""Erasing what tells of a person, on demand and in time."""

from assist.erasure.api import api
from assist.erasure.jobs import erase_all_lapsed
from kernel.capability import Capability
from kernel.jobs import Job

capability = Capability(
    "assist.erasure",
    apis=(api,),
    jobs=(Job("erasure.requests", erase_all_lapsed, 300.0, 300.0),),
)
