"""An address file comes in: all of it, or nothing and every fault; and nobody waits for a large one.

Half a million addresses take longer to write than anybody else's transaction may wait. So this one use case
is many small transactions: rows are written under a generation that no search looks at, and one last
transaction points the source to it. A run that dies half-way leaves rows that nobody sees; the next import
of that kind sweeps them away, as it does the rows of the generation that it replaces.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections.abc import Generator, Iterator
from typing import Final

from sqlalchemy import delete, func, select

from field.grid.commands import ImportRefused
from field.grid.places.address_file import read_addresses
from field.grid.places.osm_file import looks_like_osm, read_osm_addresses
from field.grid.places.records import AddressFile
from field.grid.places.tables import GENERATION, PlaceDoor, PlaceGram, PlacePosting, PlaceSource, PlaceStreet
from field.grid.places.words import cell_of
from field.grid.places.writing import grams, street_words
from field.grid.tables import Zone
from kernel.actors import Actor
from kernel.contracts import GroundLearned
from kernel.database import Database, UnitOfWork
from kernel.errors import Fault, Refused
from kernel.files.apart import Part, Row, store_as_told, told_apart
from kernel.sql.base import Base
from kernel.sql.rows import insert_as_they_are

AT_A_TIME: Final = 2_000
"""Rows a transaction writes or deletes at most: some ten milliseconds of everybody's time."""
FAR_DEGREES: Final = 1.0
"""An address farther than this outside the bounds of all zones is not this utility's."""

KINDS: Final = ("file", "osm")


class ImportUnderWay(Refused):
    """Another address file of this kind came in meanwhile; that one counts."""

    code = "import_under_way"


@dataclasses.dataclass(frozen=True)
class AddressReport:
    """What an address import did, or with `dry_run` would do. `outside`: doors outside all zones' bounds."""

    kind: str
    dry_run: bool
    unchanged: bool
    streets: int
    doors: int
    replaced: int
    outside: int
    warnings: tuple[Fault, ...]
    encoding: str
    sample: tuple[str, ...]


def read_file(data: bytes, encoding: str = "") -> AddressFile:
    """Read a file of either kind: an OpenStreetMap extract, or a utility's CSV."""
    return read_osm_addresses(data) if looks_like_osm(data) else read_addresses(data, encoding)


@dataclasses.dataclass(frozen=True)
class Reading:
    """What an address file says of itself, before its rows are wanted."""

    kind: str
    digest: str
    streets: int
    doors: int
    outside: int
    attribution: str
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    encoding: str
    sample: tuple[str, ...]


def told_rows(
    data: bytes, encoding: str, bounds: tuple[float | None, ...]
) -> Generator[Reading | Part | None, int | None, None]:
    """What the file says, then, for the generation that is sent, its rows; at their end None."""
    file = read_file(data, encoding)
    far, outside = _far(file, bounds)
    generation = yield Reading(
        kind=file.kind,
        digest=hashlib.sha256(data).hexdigest(),
        streets=len(file.streets),
        doors=file.doors,
        outside=outside,
        attribution=file.attribution,
        faults=(*file.faults, *far),
        warnings=file.warnings,
        encoding=file.encoding,
        sample=file.sample,
    )
    if generation is not None:
        yield from _parts(generation, file)
        yield None


async def import_addresses(
    database: Database, actor: Actor, data: bytes, *, encoding: str = "", dry_run: bool = False
) -> AddressReport:
    """Read an address file and take it: it replaces all addresses of its kind.

    Raises:
        ImportRefused: with every fault of the file, by line.
        ImportUnderWay: another one of the same kind was begun later; its addresses count.
    """
    edges = (func.min(Zone.min_lon), func.min(Zone.min_lat), func.max(Zone.max_lon), func.max(Zone.max_lat))
    async with database.reading() as session:
        bounds = tuple((await session.execute(select(*edges).where(Zone.active))).one())
    async with told_apart(told_rows, data, encoding, bounds) as hear:
        file: Reading = await hear(None)
        if file.faults:
            raise ImportRefused(faults=file.faults)
        async with database.reading() as session:
            known = await session.get(PlaceSource, file.kind)
        report = AddressReport(
            kind=file.kind,
            dry_run=dry_run,
            unchanged=known is not None and known.generation > 0 and known.digest == file.digest,
            streets=file.streets,
            doors=file.doors,
            replaced=known.doors if known else 0,
            outside=file.outside,
            warnings=file.warnings,
            encoding=file.encoding,
            sample=file.sample,
        )
        if dry_run or report.unchanged:
            return report
        generation, begun = await database.run(_begin, actor, file)
        await _sweep(database, begun)
        try:
            await store_as_told(database, _insert, hear, generation, at_most=AT_A_TIME)
            replaced = await database.run(_finish, actor, file, generation)
        except ImportUnderWay:
            await _sweep(database, generation)
            raise
    await _sweep(database, replaced)
    return report


def _far(file: AddressFile, bounds: tuple[float | None, ...]) -> tuple[tuple[Fault, ...], int]:
    """The fault of a file that belongs elsewhere, and how many doors lie outside the zones' bounds."""
    west, south, east, north = bounds
    doors = [door for street in file.streets for door in street.doors]
    if west is None or south is None or east is None or north is None or not doors:
        return (), 0
    outside = [d for d in doors if not (west <= d.lon <= east and south <= d.lat <= north)]

    def is_far(lon: float, lat: float) -> bool:
        apart = max(west - lon, lon - east, south - lat, lat - north)
        return apart > FAR_DEGREES

    far = [door for door in outside if is_far(door.lon, door.lat)]
    if file.kind == "file" and len(far) * 2 > len(doors):
        swapped = sum(not is_far(door.lat, door.lon) for door in far) * 2 > len(far)
        code = "addresses_swapped" if swapped else "addresses_elsewhere"
        first = far[0]
        params = {"count": len(far), "label": first.label, "lon": first.lon, "lat": first.lat}
        return (Fault(code, "file", params=params),), len(outside)
    return (), len(outside)


async def _begin(uow: UnitOfWork, actor: Actor, file: Reading) -> tuple[int, int]:
    """Claim a generation, and name the one that an import which died, or is being overtaken, has begun."""
    source = await uow.session.get(PlaceSource, file.kind, with_for_update=True)
    if source is None:
        source = PlaceSource(
            kind=file.kind, generation=0, loading=0, digest="", attribution="", streets=0, doors=0
        )
        uow.session.add(source)
    begun = source.loading
    # Generations of the two kinds never meet: the one has the even numbers, the other the odd ones.
    generation = max(source.generation, begun, KINDS.index(file.kind)) + len(KINDS)
    source.loading, source.at, source.actor_id = generation, uow.now, actor.id
    await uow.session.flush()
    return generation, begun


async def _finish(uow: UnitOfWork, actor: Actor, file: Reading, generation: int) -> int:
    """From here on the new addresses are the ones; the generation that they replace, 0 for none."""
    source = await uow.session.get(PlaceSource, file.kind, with_for_update=True)
    if source is None or source.loading != generation:
        raise ImportUnderWay()
    replaced = source.generation
    source.generation, source.loading, source.digest, source.at = generation, 0, file.digest, uow.now
    source.actor_id, source.attribution = actor.id, file.attribution
    source.streets, source.doors = file.streets, file.doors
    await uow.audit(
        actor,
        "import_addresses",
        f"import:{file.kind}",
        digest=file.digest,
        streets=source.streets,
        doors=source.doors,
    )
    uow.emit(GroundLearned())
    uow.changed("import", file.kind, "zones")
    return replaced


async def _insert(uow: UnitOfWork, name: str, rows: list[Row]) -> None:
    await insert_as_they_are(uow.session, Base.metadata.tables[name], rows)


def _parts(generation: int, file: AddressFile) -> Iterator[Part]:
    """The rows by table, the streets first and then what finds them."""
    streets, pieces = _street_rows(generation, file)
    written: tuple[tuple[type[Base], Iterator[Row]], ...] = (
        (PlaceStreet, iter(streets)),
        (PlaceDoor, _door_rows(generation, file)),
        (PlacePosting, _posting_rows(generation, pieces)),
        (PlaceGram, _gram_rows(generation, pieces)),
    )
    for table, rows in written:
        while batch := list(itertools.islice(rows, AT_A_TIME)):
            yield table.__tablename__, batch


def _street_rows(generation: int, file: AddressFile) -> tuple[list[Row], dict[str, list[int]]]:
    rows: list[Row] = []
    pieces: dict[str, list[int]] = {}
    for number, street in enumerate(file.streets):
        words, town = street_words(street.name), street_words(street.town)
        street_id = generation * GENERATION + number
        texts = (street.name, street.town, " ".join(words)[:400], " ".join(town)[:400])
        about = (street.number_first, len(street.doors), street.lon, street.lat)
        rows.append((street_id, generation, *texts, *about))
        for piece in set().union(*map(grams, words)):
            pieces.setdefault(piece, []).append(street_id)
    return rows, dict(sorted(pieces.items()))


def _door_rows(generation: int, file: AddressFile) -> Iterator[Row]:
    first = generation * GENERATION
    ids = itertools.count(first)
    for number, street in enumerate(file.streets):
        for door in street.doors:
            where = (door.label, door.code, door.lon, door.lat, cell_of(door.lon, door.lat))
            for ordinal, key in door.keys or ((0, door.number.casefold()[:64]),):
                yield next(ids), generation, first + number, ordinal, key[:64], *where


def _posting_rows(generation: int, pieces: dict[str, list[int]]) -> Iterator[Row]:
    # In the order of the key, so that the index grows at its end.
    for gram, streets in pieces.items():
        for street_id in streets:
            yield generation, gram, street_id


def _gram_rows(generation: int, pieces: dict[str, list[int]]) -> Iterator[Row]:
    for gram, streets in pieces.items():
        yield generation, gram, len(streets)


async def _sweep(database: Database, generation: int) -> None:
    """Delete what an older generation has left, a little at a time; 0 is none."""
    if not generation:
        return
    for table in (PlaceDoor, PlaceStreet):
        while await database.run(_delete_some, table, generation):
            pass
    while await database.run(_delete_postings, generation):
        pass
    await database.run(_delete_grams, generation)


async def _delete_some(uow: UnitOfWork, table: type[PlaceDoor | PlaceStreet], generation: int) -> int:
    own = table.id.between(generation * GENERATION, (generation + 1) * GENERATION - 1)
    ids = list(await uow.session.scalars(select(table.id).where(own).order_by(table.id).limit(AT_A_TIME)))
    if ids:
        await uow.session.execute(delete(table).where(table.id.between(ids[0], ids[-1])))
    return len(ids)


async def _delete_postings(uow: UnitOfWork, generation: int) -> bool:
    own = PlacePosting.generation == generation
    some = select(PlacePosting.gram).where(own).order_by(PlacePosting.gram).limit(AT_A_TIME)
    names = sorted(set(await uow.session.scalars(some)))
    if names:
        await uow.session.execute(delete(PlacePosting).where(own, PlacePosting.gram.in_(names)))
    return bool(names)


async def _delete_grams(uow: UnitOfWork, generation: int) -> None:
    await uow.session.execute(delete(PlaceGram).where(PlaceGram.generation == generation))
