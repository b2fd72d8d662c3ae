"""Stills, the wish for one, and the marks on them."""

from assist.stills.api import api
from assist.stills.erasing import eraser
from assist.stills.tables import Freeze, Mark, Still
from kernel.capability import Capability

capability = Capability(
    "assist.stills",
    apis=(api,),
    tables=(Freeze, Still, Mark),
    erasers=(eraser,),
    kept=(Still.media_type,),
)
