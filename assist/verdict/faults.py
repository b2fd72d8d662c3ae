"""The fault catalogue: what can be wrong, and what mending it takes.

Each fault names the skill and training level a representative needs, the parts that belong in the van, and
how long the work usually takes on site. The words a person reads are in the locale files, in the area
`faults`, under the fault's code.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assist.request.kinds import Category, Skill


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One entry. `level` is 1 to 3; `parts` are (part code, how many); `minutes` are spent on site."""

    category: Category
    skill: Skill
    level: int
    minutes: int
    parts: tuple[tuple[str, int], ...] = ()


_LEAK, _NONE, _LOW = Category.LEAK, Category.NO_WATER, Category.LOW_PRESSURE
_DIRTY, _METER, _OTHER = Category.DIRTY_WATER, Category.METER, Category.OTHER

CATALOGUE: Mapping[str, FaultKind] = {
    "coupling_nut_loose": FaultKind(_LEAK, Skill.LEAK_REPAIR, 1, 20, (("washer_set", 1),)),
    "coupling_washer_worn": FaultKind(_LEAK, Skill.LEAK_REPAIR, 1, 25, (("washer_set", 1),)),
    "compression_fitting_leak": FaultKind(_LEAK, Skill.LEAK_REPAIR, 2, 35, (("compression_fitting_20", 1),)),
    "pipe_crack": FaultKind(_LEAK, Skill.LEAK_REPAIR, 2, 60, (("repair_clamp_20", 1),)),
    "pipe_burst": FaultKind(_LEAK, Skill.LEAK_REPAIR, 3, 120, (("repair_clamp_20", 2), ("pipe_20", 1))),
    "stopcock_leak": FaultKind(_LEAK, Skill.VALVE, 2, 40, (("stopcock_20", 1),)),
    "appliance_leak": FaultKind(_LEAK, Skill.CONSULTING, 1, 15),
    "stopcock_closed": FaultKind(_NONE, Skill.VALVE, 1, 15),
    "stopcock_seized": FaultKind(_NONE, Skill.VALVE, 2, 45, (("stopcock_20", 1),)),
    "service_pipe_blocked": FaultKind(_NONE, Skill.PRESSURE, 2, 60),
    "service_pipe_frozen": FaultKind(_NONE, Skill.PRESSURE, 2, 45),
    "supply_interrupted": FaultKind(_NONE, Skill.CONSULTING, 1, 15),
    "filter_clogged": FaultKind(_LOW, Skill.PRESSURE, 1, 20, (("strainer_20", 1),)),
    "reducer_misset": FaultKind(_LOW, Skill.PRESSURE, 2, 30, (("pressure_reducer_20", 1),)),
    "valve_half_closed": FaultKind(_LOW, Skill.VALVE, 1, 15),
    "pump_failure": FaultKind(_LOW, Skill.PRESSURE, 3, 90),
    "pressure_low_in_main": FaultKind(_LOW, Skill.PRESSURE, 2, 30),
    "rust_after_works": FaultKind(_DIRTY, Skill.WATER_QUALITY, 1, 30),
    "house_pipe_corroded": FaultKind(_DIRTY, Skill.WATER_QUALITY, 2, 30),
    "air_in_water": FaultKind(_DIRTY, Skill.CONSULTING, 1, 15),
    "tank_unclean": FaultKind(_DIRTY, Skill.WATER_QUALITY, 2, 45),
    "water_contaminated": FaultKind(_DIRTY, Skill.WATER_QUALITY, 3, 60, (("sample_bottle", 2),)),
    "meter_runs_when_closed": FaultKind(_METER, Skill.METER_WORK, 2, 40, (("meter_20", 1),)),
    "meter_stopped": FaultKind(_METER, Skill.METER_WORK, 1, 30, (("meter_20", 1),)),
    "meter_union_leak": FaultKind(_METER, Skill.METER_WORK, 1, 25, (("washer_set", 1),)),
    "meter_glass_broken": FaultKind(_METER, Skill.METER_WORK, 1, 30, (("meter_20", 1),)),
    "hidden_leak_after_meter": FaultKind(_METER, Skill.LEAK_REPAIR, 2, 60),
    "unclear": FaultKind(_OTHER, Skill.CONSULTING, 2, 30),
    "none": FaultKind(_OTHER, Skill.CONSULTING, 1, 15),
}
