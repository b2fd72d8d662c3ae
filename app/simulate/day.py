"""A day of a made-up city, before it is played: who calls when, about what, who is ill. Pure and seeded.

Contacts come as a Poisson process with two humps, at ten and at four, of which one hour is a storm with three
times as many. About half of the tasks come from contacts, the others are the utility's own: inspections,
meters. What happens in answer (who accepts, who declines, how long the work takes) is drawn by the same seed
from what it is about, not from when it is asked: two runs of a seed differ by what the installation does.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from app.simulate.city import City, Point, point_in

OPENS_S = 7.5 * 3600
"""The day begins at half past seven by the utility's clocks, half an hour before the shifts."""
SHIFT_S = (8 * 3600, 17.5 * 3600)
FROM_CONTACTS = 0.45
"""Share of the tasks that somebody called about; the others the utility plans itself."""
VISITED = 0.6
"""Share of calls that end in a visit; the others are settled by words."""
WITHDRAWN = 0.05
STORM_TIMES = 3.0
DECLINED = 0.02
RATED = 0.5


@dataclass(frozen=True)
class Trouble:
    """What is wrong, as a technician finds it: of the catalogue of faults."""

    category: str
    fault: str
    severity: str
    ownership: str
    skill: str
    share: float


TROUBLES = (
    Trouble("leak", "coupling_nut_loose", "minor", "before_meter", "leak_repair", 0.2),
    Trouble("leak", "coupling_washer_worn", "major", "before_meter", "leak_repair", 0.16),
    Trouble("leak", "compression_fitting_leak", "major", "shared_pipe", "leak_repair", 0.1),
    Trouble("leak", "pipe_crack", "urgent", "before_meter", "leak_repair", 0.05),
    Trouble("no_water", "stopcock_seized", "major", "before_meter", "valve", 0.1),
    Trouble("low_pressure", "filter_clogged", "minor", "after_meter", "pressure", 0.13),
    Trouble("dirty_water", "rust_after_works", "minor", "shared_pipe", "water_quality", 0.1),
    Trouble("meter", "meter_stopped", "minor", "before_meter", "meter_work", 0.16),
)
ROUTINE = (
    ("meter", "meter_work", 1500),
    ("low_pressure", "pressure", 1800),
    ("other", "valve", 1200),
    ("other", "leak_repair", 1800),
)
"""The utility's own tasks: category, skill, seconds of work."""


@dataclass(frozen=True)
class Contact:
    """Somebody calls. ``at_s``: seconds since the day's local midnight; ``visited``: it takes a visit."""

    key: str
    at_s: float
    place: Point
    trouble: Trouble
    visited: bool
    withdrawn: bool
    patience_s: float
    talk_s: float
    window_s: tuple[float, float] | None
    rating: int | None


@dataclass(frozen=True)
class Job:
    """A task that nobody called about. ``window_s``: since local midnight."""

    key: str
    at_s: float
    place: Point
    category: str
    skill: str
    severity: str
    duration_s: int
    window_s: tuple[float, float] | None


@dataclass(frozen=True)
class Absence:
    """A representative falls ill, and a dispatcher enters it."""

    at_s: float
    rep: str


@dataclass(frozen=True)
class Day:
    """Everything that comes from outside, in order of time."""

    seed: int
    hours: float
    contacts: tuple[Contact, ...]
    jobs: tuple[Job, ...]
    absences: tuple[Absence, ...]
    storm_s: tuple[float, float]
    burst_s: float

    @property
    def closes_s(self) -> float:
        return OPENS_S + self.hours * 3600


@dataclass(frozen=True)
class Wishes:
    """What a day is to hold. ``tasks``: about how many in all; ``burst``: of them, at once at one place."""

    tasks: int
    hours: float = 10.0
    ill: int = 1
    burst: int = 8
    declines: float = DECLINED
    places: tuple[str, ...] = field(default=())


def plan_day(city: City, wishes: Wishes, seed: int) -> Day:
    """A day of that city; the same seed, the same day."""
    dice = np.random.default_rng([seed, wishes.tasks, 7])
    storm_begins = OPENS_S + wishes.hours * 3600 * float(dice.uniform(0.3, 0.55))
    storm = (storm_begins, storm_begins + min(3600.0, wishes.hours * 900))
    called = max(1, round(wishes.tasks * FROM_CONTACTS / VISITED))
    contacts = tuple(
        _contact(number, float(at), city, dice)
        for number, at in enumerate(_arrivals(called, wishes.hours, storm, dice))
    )
    burst_s = storm_begins + (storm[1] - storm_begins) / 3
    routine = max(0, wishes.tasks - round(called * VISITED) - wishes.burst)
    jobs = [_job(number, wishes.hours, city, dice) for number in range(routine)]
    jobs += _burst(wishes.burst, burst_s, city, dice)
    ill = dice.permutation(len(city.reps))[: min(wishes.ill, len(city.reps) - 1)]
    absences = [
        Absence(
            max(SHIFT_S[0], OPENS_S) + float(dice.uniform(0.1, 0.5)) * wishes.hours * 3600 * 0.8,
            city.reps[at].code,
        )
        for at in ill.tolist()
    ]
    return Day(
        seed,
        wishes.hours,
        contacts,
        tuple(sorted(jobs, key=lambda job: (job.at_s, job.key))),
        tuple(sorted(absences, key=lambda absence: absence.at_s)),
        storm,
        burst_s,
    )


def luck(seed: int, *about: object) -> np.random.Generator:
    """Chance that belongs to something (a task's key and who does it), whenever it is asked for."""
    digest = hashlib.blake2b(repr((seed, *about)).encode(), digest_size=8).digest()
    return np.random.default_rng(int.from_bytes(digest))


def moment_of(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _arrivals(count: int, hours: float, storm: tuple[float, float], dice: np.random.Generator) -> list[float]:
    """Moments of contacts: ``count`` on an ordinary day, and the storm's beyond that."""
    grid = np.linspace(OPENS_S, OPENS_S + hours * 3600, 2000)
    rate = 0.4 + np.exp(-(((grid / 3600 - 10) / 1.6) ** 2)) + 0.7 * np.exp(-(((grid / 3600 - 16) / 1.4) ** 2))
    in_storm = (grid >= storm[0]) & (grid < storm[1])
    rate = rate * count / rate.sum()
    rate[in_storm] *= STORM_TIMES
    cumulative = np.cumsum(rate)
    total = math.ceil(float(cumulative[-1]))
    drawn = np.interp(np.sort(dice.uniform(0, cumulative[-1], total)), cumulative, grid)
    return [float(at) for at in drawn]


def _place(city: City, dice: np.random.Generator) -> Point:
    at = int(np.searchsorted(city.reach, dice.random() * city.reach[-1], side="right"))
    return point_in(city.outlines[min(at, len(city.outlines) - 1)], dice)


def _contact(number: int, at_s: float, city: City, dice: np.random.Generator) -> Contact:
    shares = np.array([trouble.share for trouble in TROUBLES])
    trouble = TROUBLES[int(dice.choice(len(TROUBLES), p=shares / shares.sum()))]
    visited = bool(dice.random() < VISITED) or trouble.severity == "urgent"
    agreed = visited and trouble.severity != "urgent" and dice.random() < 0.5
    opens = max(SHIFT_S[0], math.ceil((at_s + 5400) / 3600) * 3600)
    return Contact(
        key=f"contact-{number}",
        at_s=at_s,
        place=_place(city, dice),
        trouble=trouble,
        visited=visited,
        withdrawn=bool(dice.random() < WITHDRAWN),
        patience_s=float(dice.exponential(2400)),
        talk_s=float(np.clip(dice.lognormal(math.log(330), 0.5), 60, 1800)),
        window_s=(opens, opens + 4 * 3600.0) if agreed and opens + 4 * 3600 <= SHIFT_S[1] else None,
        rating=int(dice.choice((2, 3, 4, 4, 5, 5, 5))) if dice.random() < RATED else None,
    )


def _job(number: int, hours: float, city: City, dice: np.random.Generator) -> Job:
    category, skill, duration = ROUTINE[int(dice.choice(len(ROUTINE)))]
    # Seven of ten are known when the day begins; the others come to a dispatcher's mind later.
    early = dice.random() < 0.7
    at_s = OPENS_S + (
        float(dice.uniform(0, 1200)) if early else float(dice.uniform(1200, hours * 3600 * 0.7))
    )
    first = float(dice.choice((8, 10, 13, 14)))
    window = (first * 3600, (first + 3.5) * 3600) if dice.random() < 0.4 and first * 3600 > at_s else None
    return Job(f"job-{number}", at_s, _place(city, dice), category, skill, "minor", duration, window)


def _burst(count: int, at_s: float, city: City, dice: np.random.Generator) -> list[Job]:
    """A main bursts: urgent leaks around one place, within ten minutes."""
    lon, lat = _place(city, dice)
    return [
        Job(
            f"burst-{number}",
            at_s + float(dice.uniform(0, 600)),
            (round(lon + float(dice.normal(0, 0.002)), 6), round(lat + float(dice.normal(0, 0.002)), 6)),
            *("leak", "leak_repair", "urgent", 2700),
            None,
        )
        for number in range(count)
    ]
