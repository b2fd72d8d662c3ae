"""How much a file may hold, seen before it is parsed: no parser may be made to do, or to keep, far more than
the file is long.
"""

from typing import Final

from field.grid.files.records import Limits
from kernel.files.findings import Findings

VALUES_OF_A_VERTEX: Final = 4
VALUES_OF_A_FEATURE: Final = 64
LISTS_OF_A_VERTEX: Final = 2
OBJECTS_OF_A_FEATURE: Final = 8


def fits_json(text: str, limits: Limits, findings: Findings) -> bool:
    """Whether a text has no more lists, objects and values than a map of the largest size needs; else the
    fault is noted. Each takes ten times the memory that it takes in the file, and more.
    """
    if text.count("[") > LISTS_OF_A_VERTEX * limits.vertices:
        findings.fault("too_many_vertices", "file", most=limits.vertices)
        return False
    objects = OBJECTS_OF_A_FEATURE * limits.features
    values = VALUES_OF_A_VERTEX * limits.vertices + VALUES_OF_A_FEATURE * limits.features
    for sign, most in (("{", objects), (",", values)):
        found = text.count(sign)
        if found > most:
            findings.fault("too_many_values", "file", values=found, most=most)
            return False
    return True
