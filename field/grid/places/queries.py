"""Looking an address up, and saying in words where a point is. The same queries on both databases.

A search reads at most :data:`MOST_POSTINGS` index rows however much is stored: of the pieces of the words
typed, the rarest are looked for, and the streets that have most of them are held against what was typed, in
Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.places.matching import SURE, WORTH_SHOWING, Fit, fit
from field.grid.places.tables import PlaceDoor, PlaceGram, PlacePosting, PlaceSource, PlaceStreet
from field.grid.places.words import HERE_M, Landmark, cells_around, landmarks, metres_between
from field.grid.places.writing import Number, Written, grams, is_han, take_apart
from field.grid.store import Grid

Precision = Literal["door", "near", "street"]

MOST_POSTINGS: Final = 6_000
CANDIDATES: Final = 160
LOOKED_AT: Final = 24
"""Streets whose doors are read."""
NEAR: Final = 20
"""House numbers apart, up to which another door tells where a missing one must be."""
NEAR_ENOUGH: Final = 4
SAME_PLACE_M: Final = 150.0
DOORS_AROUND: Final = 3_000


@dataclass(frozen=True, slots=True)
class Found:
    """A place that answers to what was typed. `label`: the address as it is written there.

    `precision`: `door`, the very door; `near`, the next known number of the street; `street`, its middle.
    `zone`: code of the zone it lies in, None outside all. `detail`: floor, flat, room, as typed.
    """

    label: str
    street: str
    town: str
    detail: str
    lon: float
    lat: float
    precision: Precision
    apart: int
    score: float
    zone: str | None


@dataclass(frozen=True, slots=True)
class Around:
    """A point in words: the door at it, if any, and the streets around it."""

    label: str | None
    landmarks: tuple[Landmark, ...]


async def search_places(session: AsyncSession, grid: Grid, text: str, limit: int = 8) -> list[Found]:
    """The places that answer best to an address as somebody is typing it, the best first."""
    written = take_apart(text)
    generations = await _generations(session)
    if not written.words or not generations:
        return []
    streets = await _streets(session, generations, written)
    fits = [(street, fit(written, _split(street.words), _split(street.town_words))) for street in streets]
    worth = [(street, found) for street, found in fits if found.score >= WORTH_SHOWING]
    # Where several streets answer equally, the one with more doors is likelier meant.
    worth.sort(key=lambda each: (-round(each[1].score, 3), -each[0].doors, each[0].id))
    places = await _doors(session, worth[:LOOKED_AT], written.detail)
    zoned = [replace(place, zone=_zone(grid, place.lon, place.lat)) for place in places]
    zoned.sort(key=lambda place: (-_rank(place), place.zone is None))
    return _once(zoned)[:limit]


async def resolve(session: AsyncSession, grid: Grid, text: str) -> Found | None:
    """The one door that an address means, or None where it means none or could mean several."""
    found = await search_places(session, grid, text, LOOKED_AT)
    inside = [place for place in found if place.zone is not None]
    sure = [
        place
        for place in inside or found
        if place.score >= SURE
        and (place.precision == "door" or (place.precision == "near" and place.apart <= NEAR_ENOUGH))
    ]
    if not sure:
        return None
    first = sure[0]
    rivals = [
        place for place in sure[1:] if place.precision == first.precision and place.score > first.score - 0.05
    ]
    if any(metres_between(first.lon, first.lat, place.lon, place.lat) > SAME_PLACE_M for place in rivals):
        return None
    return first


async def around(session: AsyncSession, lon: float, lat: float) -> Around:
    """What lies around a point; nothing where no door is known within some hundred metres."""
    generations = await _generations(session)
    for reach in (1, 3):
        rows = (
            await session.execute(
                select(PlaceDoor.label, PlaceStreet.name, PlaceDoor.lon, PlaceDoor.lat)
                .join(PlaceStreet, PlaceStreet.id == PlaceDoor.street_id)
                .where(PlaceDoor.generation.in_(generations))
                .where(PlaceDoor.cell.in_(cells_around(lon, lat, reach)))
                .limit(DOORS_AROUND)
            )
        ).all()
        if rows:
            break
    if not rows:
        return Around(None, ())
    door = min(rows, key=lambda row: metres_between(lon, lat, row.lon, row.lat))
    at_it = metres_between(lon, lat, door.lon, door.lat) <= HERE_M
    others = [(row.name, row.lon, row.lat) for row in rows if not at_it or row.name != door.name]
    return Around(door.label if at_it else None, landmarks(lon, lat, others))


async def has_places(session: AsyncSession) -> bool:
    """Whether any addresses have been taken in."""
    return bool(await _generations(session))


async def _generations(session: AsyncSession) -> list[int]:
    query = select(PlaceSource.generation).where(PlaceSource.generation > 0).order_by(PlaceSource.kind)
    return list(await session.scalars(query))


async def _streets(session: AsyncSession, generations: list[int], written: Written) -> Sequence[Any]:
    """The streets that have most of the rarest pieces of what was typed."""
    numbers = {number.word for number in written.numbers}
    words = [word for place, word in enumerate(written.words) if place not in numbers] or written.words
    pieces = set().union(*map(grams, words))
    counted = (
        await session.execute(
            select(PlaceGram.gram, func.sum(PlaceGram.streets))
            .where(PlaceGram.generation.in_(generations), PlaceGram.gram.in_(sorted(pieces)))
            .group_by(PlaceGram.gram)
        )
    ).all()
    rarest: list[str] = []
    read = 0
    for gram, count in sorted(counted, key=lambda row: (row[1], row[0])):
        if rarest and read + count > MOST_POSTINGS:
            break
        rarest.append(gram)
        read += count
    if not rarest:
        return ()
    postings = select(PlacePosting.street_id).where(
        PlacePosting.generation.in_(generations), PlacePosting.gram.in_(rarest)
    )
    if len(rarest) == 1:
        # Ids begin with the streets that have most doors: the first ones are the likely ones.
        chosen = postings.order_by(PlacePosting.street_id).limit(CANDIDATES).subquery()
    else:
        hits = func.count().desc()
        chosen = (
            postings.group_by(PlacePosting.street_id).order_by(hits, PlacePosting.street_id).limit(CANDIDATES)
        ).subquery()
    query = select(
        PlaceStreet.id,
        PlaceStreet.name,
        PlaceStreet.town,
        PlaceStreet.words,
        PlaceStreet.town_words,
        PlaceStreet.number_first,
        PlaceStreet.doors,
        PlaceStreet.lon,
        PlaceStreet.lat,
    ).join(chosen, chosen.c.street_id == PlaceStreet.id)
    return (await session.execute(query)).all()


async def _doors(session: AsyncSession, worth: list[tuple[Any, Fit]], detail: str) -> list[Found]:
    """For each street the door that was asked for, else the nearest number known, else its middle."""
    ordinals = {number.ordinal for _, found in worth for number in found.numbers}
    doors: dict[int, list[Any]] = {}
    if ordinals:
        columns = (
            PlaceDoor.street_id,
            PlaceDoor.ordinal,
            PlaceDoor.key,
            PlaceDoor.label,
            PlaceDoor.lon,
            PlaceDoor.lat,
        )
        ids = [street.id for street, _ in worth]
        query = select(*columns).where(PlaceDoor.street_id.in_(ids), PlaceDoor.ordinal.in_(ordinals))
        rows = (await session.execute(query.order_by(PlaceDoor.id).limit(500))).all()
        without = [street.id for street, _ in worth if all(row.street_id != street.id for row in rows)][:3]
        if without:
            wanted = min(ordinals)
            query = select(*columns).where(PlaceDoor.street_id.in_(without))
            query = query.where(PlaceDoor.ordinal.between(wanted - NEAR, wanted + NEAR))
            rows = [*rows, *(await session.execute(query.limit(500))).all()]
        for row in rows:
            doors.setdefault(row.street_id, []).append(row)
    return [_found(street, found, doors.get(street.id, []), detail) for street, found in worth]


def _found(street: Any, answer: Fit, doors: list[Any], detail: str) -> Found:
    place = Found(
        label=street.name,
        street=street.name,
        town=street.town,
        detail=detail,
        lon=street.lon,
        lat=street.lat,
        precision="street",
        apart=0,
        score=answer.score,
        zone=None,
    )
    for number in answer.numbers:
        same = [door for door in doors if door.key == number.key]
        behind = [door for door in doors if door.key.startswith((f"{number.key}/", f"{number.key}-"))]
        if chosen := same or behind:
            # A lane without its door is as good as its first door.
            door, label = chosen[0], chosen[0].label if same else _label(street, number, lane=True)
            return replace(place, label=label, lon=door.lon, lat=door.lat, precision="door")
    if not answer.numbers:
        return place
    number = answer.numbers[0]
    place = replace(place, label=_label(street, number))
    if doors:
        # The same side of the street first: there the numbers go up by two.
        door = min(doors, key=lambda d: (abs(d.ordinal - number.ordinal), (d.ordinal - number.ordinal) % 2))
        apart = abs(door.ordinal - number.ordinal)
        if apart <= NEAR:
            return replace(place, lon=door.lon, lat=door.lat, precision="near", apart=apart)
    return place


def _label(street: Any, number: Number, *, lane: bool = False) -> str:
    """An address of which no file has the door, written as its street's others are."""
    name: str = street.name
    if not is_han(name):
        return f"{number.key} {name}" if street.number_first else f"{name} {number.key}"
    *lanes, last = number.key.split("/")
    return name + "".join(f"{each}弄" for each in lanes) + last + ("弄" if lane else "号")


def _rank(place: Found) -> float:
    return place.score + {"door": 0.1, "near": 0.05, "street": 0.0}[place.precision]


def _once(places: list[Found]) -> list[Found]:
    """Each place once, though the utility's file and the map both know it; the better one stays."""
    kept: list[Found] = []
    for place in places:
        if not any(
            other.label.casefold() == place.label.casefold()
            and (other.town == place.town or not (other.town and place.town))
            and metres_between(other.lon, other.lat, place.lon, place.lat) < 300
            for other in kept
        ):
            kept.append(place)
    return kept


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split(" ")) if words else ()


def _zone(grid: Grid, lon: float, lat: float) -> str | None:
    found = grid.index.zone_of(lon, lat)
    return found.code if found else None
