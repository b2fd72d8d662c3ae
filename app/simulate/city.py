"""A made-up city: DMA zones around a market, stations, and people who answer for the zones. Pure and seeded.

Zones are Voronoi cells of points that were spread evenly (one step of Lloyd's algorithm,
doi:10.1109/TIT.1982.1056489), cut at an uneven city limit. A station has a compact patch of zones; its people
start there and answer for the zones nearest to them. Travel is the straight way, made crooked, at a city's
pace: the same estimate that an installation without a road graph states, and a person's luck on top.
"""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

Point = tuple[float, float]

ZONE_M = 700.0
"""The side of a usual zone: with 500 to 1,500 connections in a dense city (IWA, district metered areas)."""
CENTRE: Point = (113.93, 22.54)
M_PER_DEGREE = 111_195.0
REPS_OF_STATION = 20
SKILLS = ("leak_repair", "meter_work", "pressure", "water_quality", "valve", "consulting")
PARTS = (
    "washer_set:40;compression_fitting_20:20;repair_clamp_20:20;pipe_20:20;stopcock_20:20;strainer_20:20;"
    "pressure_reducer_20:10;meter_20:20;sample_bottle:20"
)
CROOKED = 1.4
KMH = 28.0
PARK_S = 90.0
SHIFT = ("08:00", "17:30")
COLUMNS = (
    *("code", "name", "name_en", "phone", "username", "station", "skills", "level", "parts"),
    *("shift_start", "shift_end", "home_lon", "home_lat", "zones"),
)


@dataclass(frozen=True)
class Person:
    """A representative of the city."""

    code: str
    station: str
    skills: tuple[tuple[str, int], ...]
    home: Point
    zones: tuple[str, ...]


@dataclass(frozen=True)
class City:
    """``zones`` by code; ``weights``: how many live in each, in its order, summing to 1."""

    zones: dict[str, shapely.Polygon]
    stations: dict[str, str]
    reps: tuple[Person, ...]
    weights: tuple[float, ...]

    @cached_property
    def outlines(self) -> list[shapely.Polygon]:
        return list(self.zones.values())

    @cached_property
    def reach(self) -> np.ndarray:
        """The weights, summed up."""
        return np.cumsum(self.weights)

    def zone_file(self) -> bytes:
        """GeoJSON as a utility would upload it."""
        features = [
            {
                "type": "Feature",
                "geometry": shapely.geometry.mapping(outline),
                "properties": {
                    "code": code,
                    "name": f"{code}区",
                    "name_en": f"Zone {code}",
                    "company": "C1",
                    "office": f"O{int(self.stations[code][1:]) // 8 + 1}",
                    "station": self.stations[code],
                    "sub_area": f"{self.stations[code]}-1",
                },
            }
            for code, outline in self.zones.items()
        ]
        return json.dumps({"type": "FeatureCollection", "features": features}).encode()

    def rep_file(self) -> bytes:
        """CSV as a utility would upload it. The telephone numbers are France's, kept for fiction."""
        lines = io.StringIO()
        writer = csv.writer(lines)
        writer.writerow(COLUMNS)
        for number, rep in enumerate(self.reps):
            skills = ";".join(f"{skill}:{level}" for skill, level in rep.skills)
            named = (
                rep.code,
                f"代表{number + 1}",
                f"Rep {number + 1}",
                f"+33199{number % 1_000_000:06}",
                rep.code.lower(),
            )
            home = (f"{rep.home[0]:.6f}", f"{rep.home[1]:.6f}")
            writer.writerow((*named, rep.station, skills, 2, PARTS, *SHIFT, *home, ";".join(rep.zones)))
        return lines.getvalue().encode()


def make_city(zones: int, reps: int, seed: int) -> City:
    """A city of that many zones and representatives; the same seed, the same city.

    Raises:
        ValueError: fewer than three zones, or nobody to answer for them.
    """
    if zones < 3 or reps < 1:
        raise ValueError("a city has three zones and one representative at least")
    dice = np.random.default_rng([seed, zones, reps])
    limit = _limit(zones, dice)
    cells = _cells(limit, zones, dice)
    middles = np.array([cell.representative_point().coords[0] for cell in cells])
    station_of = _patches(middles, max(1, round(reps / REPS_OF_STATION)), dice)
    codes = [f"Z{number + 1:04}" for number in range(len(cells))]
    outlines = {code: _degrees(cell) for code, cell in zip(codes, cells, strict=True)}
    people = _people(codes, middles, station_of, reps, dice)
    crowd = dice.gamma(4.0, size=len(cells)) / (1 + np.hypot(*middles.T) / (ZONE_M * math.sqrt(zones) / 2))
    weights = tuple((crowd / crowd.sum()).tolist())
    stations = {code: f"S{int(station) + 1}" for code, station in zip(codes, station_of, strict=True)}
    return City(outlines, stations, people, weights)


def travel_s(start: Point, end: Point) -> float:
    """Seconds from door to door on a usual day."""
    if start == end:
        return 0.0
    return metres(start, end) * CROOKED / (KMH / 3.6) + PARK_S


def metres(a: Point, b: Point) -> float:
    east = (b[0] - a[0]) * math.cos(math.radians((a[1] + b[1]) / 2))
    return math.hypot(east, b[1] - a[1]) * M_PER_DEGREE


def point_in(outline: shapely.Polygon, dice: np.random.Generator) -> Point:
    """Anywhere in a zone."""
    west, south, east, north = outline.bounds
    for _ in range(64):
        lon, lat = dice.uniform(west, east), dice.uniform(south, north)
        if shapely.contains_xy(outline, lon, lat):
            return round(float(lon), 6), round(float(lat), 6)
    middle = outline.representative_point()
    return round(middle.x, 6), round(middle.y, 6)


def _limit(zones: int, dice: np.random.Generator) -> shapely.Polygon:
    """The city's uneven limit, in metres around its middle, of the right area."""
    angles = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    waves = sum(dice.normal(0, 0.5 / k) * np.cos(k * angles + dice.uniform(0, 6.28)) for k in (2, 3, 5))
    radius = 1 + 0.25 * waves
    shape = shapely.Polygon(np.column_stack((radius * np.cos(angles), radius * np.sin(angles))))
    scale = math.sqrt(zones * ZONE_M**2 / shape.area)
    return shapely.affinity.scale(shape, scale, scale, origin=(0, 0))


def _cells(limit: shapely.Polygon, zones: int, dice: np.random.Generator) -> list[shapely.Polygon]:
    west, south, east, north = limit.bounds
    points: list[Point] = []
    while len(points) < zones:
        tries = dice.uniform((west, south), (east, north), size=(zones, 2))
        inside = shapely.contains_xy(limit, tries[:, 0], tries[:, 1])
        points += [tuple(point) for point in tries[inside].tolist()]
    spread = [cell.centroid.coords[0] for cell in _voronoi(points[:zones], limit)]
    return [max(shapely.get_parts(cell), key=lambda part: part.area) for cell in _voronoi(spread, limit)]


def _voronoi(points: list[Point], limit: shapely.Polygon) -> list[shapely.Geometry]:
    """Cells in the points' order, cut at the limit, on a grid of a decimetre so that neighbours agree."""
    found = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=limit, ordered=True)
    whole = shapely.set_precision(limit, 0.1)
    return [
        shapely.intersection(shapely.set_precision(cell, 0.1), whole, grid_size=0.1) for cell in found.geoms
    ]


def _patches(middles: np.ndarray, stations: int, dice: np.random.Generator) -> np.ndarray:
    """Which station each zone belongs to: a few steps of k-means."""
    centres = middles[dice.choice(len(middles), min(stations, len(middles)), replace=False)]
    nearest = np.zeros(len(middles), dtype=int)
    for _ in range(12):
        nearest = np.argmin(((middles[:, None] - centres[None]) ** 2).sum(axis=2), axis=1)
        centres = np.array(
            [
                middles[nearest == at].mean(axis=0) if (nearest == at).any() else centres[at]
                for at in range(len(centres))
            ]
        )
    return nearest


def _people(
    codes: list[str], middles: np.ndarray, station_of: np.ndarray, reps: int, dice: np.random.Generator
) -> tuple[Person, ...]:
    """People by stations, as many as it has zones; each zone is its nearest colleague's."""
    homes = np.array([middles[at] for at in dice.permutation(len(codes))[np.arange(reps) % len(codes)]])
    homes = homes + dice.normal(0, ZONE_M / 3, size=homes.shape)
    stations = [int(station_of[np.argmin(((middles - home) ** 2).sum(axis=1))]) for home in homes]
    owned: dict[int, list[str]] = {}
    for code, middle, station in zip(codes, middles, station_of, strict=True):
        colleagues = [at for at, own in enumerate(stations) if own == station] or list(range(reps))
        nearest = min(colleagues, key=lambda at: float(((homes[at] - middle) ** 2).sum()))
        owned.setdefault(nearest, []).append(code)
    return tuple(
        Person(
            code=f"R{at + 1:04}",
            station=f"S{stations[at] + 1}",
            skills=_skills(at, dice),
            home=_degree(*homes[at]),
            zones=tuple(owned.get(at, ())),
        )
        for at in range(reps)
    )


def _skills(number: int, dice: np.random.Generator) -> tuple[tuple[str, int], ...]:
    """Everybody repairs leaks; two or three more of the others, so that colleagues complete each other."""
    others = [SKILLS[1 + (number + step) % 5] for step in range(int(dice.integers(2, 4)))]
    return tuple((skill, int(dice.choice((1, 2, 2, 3, 3)))) for skill in ("leak_repair", *others))


def _degrees(cell: shapely.Polygon) -> shapely.Polygon:
    return shapely.transform(cell, lambda xy: np.array([_degree(x, y) for x, y in xy]))


def _degree(x: float, y: float) -> Point:
    """Metres around the middle as WGS-84."""
    lat = CENTRE[1] + y / M_PER_DEGREE
    lon = CENTRE[0] + x / (M_PER_DEGREE * math.cos(math.radians(CENTRE[1])))
    return round(float(lon), 6), round(float(lat), 6)
