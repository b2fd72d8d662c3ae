"""The guides, and what customers answered to them."""

from assist.guide.api import api
from assist.guide.tables import GuideAnswer
from kernel.capability import Capability

capability = Capability(
    "assist.guide",
    apis=(api,),
    tables=(GuideAnswer,),
    kept=(
        GuideAnswer.guide,
        GuideAnswer.step,
    ),
)
