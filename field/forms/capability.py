"""Types of tasks, the forms that are filled in for them, and the parts that go into the work."""

from field.forms.api import api
from field.forms.erasing import eraser
from field.forms.queries import filled_in
from field.forms.stock_api import api as stock_api
from field.forms.tables import FormVersion, PartMovement, TaskAnswers, TaskType, VanLevel
from kernel.capability import Capability

capability = Capability(
    "field.forms",
    apis=(api, stock_api),
    tables=(TaskType, FormVersion, TaskAnswers, VanLevel, PartMovement),
    erasers=(eraser,),
    evidence=(filled_in,),
    kept=(TaskAnswers.type, PartMovement.part),
)
