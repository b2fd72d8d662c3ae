"""What can be proven of a request: sealed as it happens, signed when it leaves the house."""

from assist.evidence.api import api
from assist.evidence.erasing import eraser
from assist.evidence.jobs import seal_what_changed
from assist.evidence.sources import SOURCES
from assist.evidence.tables import EvidenceEntry, EvidenceHead, EvidenceKey
from kernel.capability import Capability
from kernel.jobs import Job

capability = Capability(
    "assist.evidence",
    apis=(api,),
    jobs=(Job("evidence.seal", seal_what_changed, 5.0, 5.0),),
    tables=(EvidenceEntry, EvidenceHead, EvidenceKey),
    erasers=(eraser,),
    evidence=SOURCES,
    kept=(
        EvidenceEntry.subject,
        EvidenceEntry.commitment,
        EvidenceEntry.hash,
        EvidenceHead.hash,
    ),
)
