"""What people write, renew, dispute and decide of a place."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from field.grid.tables import Rep
from field.sites.note import (
    LASTS,
    MOST_AT_A_PLACE,
    NoteDoubt,
    NoteEvent,
    NoteKind,
    NoteState,
    move,
    same_place,
)
from field.sites.tables import DoorCheck, SiteNote, SiteNoteRead
from field.task.tables import Proof, Task
from field.task.task import IN_ROUTE
from kernel.actors import Actor
from kernel.database import UnitOfWork, check_version
from kernel.errors import Fault, Invalid, NotFound, Refused
from kernel.sql.addresses import place_key

RESOURCE = "site"
CONSOLE_TOPIC = "inbox"
KEPT = timedelta(days=30)
"""An ended note is of use for whoever asks what became of it, for a while."""
AT_A_TIME = 200


class SiteNoteInvalid(Invalid):
    """Some of this note is not right; nothing was kept."""

    code = "site_note_invalid"


class TooManyNotes(Refused):
    """So much is noted of this place already; first say of something that it is not so any more."""

    code = "too_many_notes"


class DangerUnread(Refused):
    """Something dangerous is known of this place; read it before you set off."""

    code = "danger_unread"


@dataclasses.dataclass(frozen=True)
class Said:
    """A note as somebody wrote it. ``id``: the phone's own. ``photo``: the phone's id of a photo of this
    visit."""

    id: UUID
    kind: NoteKind
    text: str = ""
    gate_code: str = ""
    spot: tuple[float, float] | None = None
    photo: UUID | None = None
    arrow: tuple[float, float, float, float] | None = None

    def faults(self) -> list[Fault]:
        """All that is wrong with it."""
        found = []
        if not (self.text or self.gate_code or self.spot or self.photo):
            found.append(Fault("site_note_empty", "body.text"))
        if self.gate_code and self.kind is not NoteKind.GATE:
            found.append(Fault("site_note_no_gate", "body.gate_code"))
        if self.arrow and not self.photo:
            found.append(Fault("site_note_no_photo", "body.arrow"))
        return found


def door_of(task: Task) -> tuple[float, float] | None:
    """The task's point: longitude, latitude; None where nobody knows it."""
    return None if task.lon is None or task.lat is None else (task.lon, task.lat)


async def notes_at(session: AsyncSession, task: Task, *, lock: bool = False) -> list[SiteNote]:
    """Every note of a task's place that has not ended, also those whose time is over; by kind, the oldest
    first."""
    key = place_key(task.address)
    if not key:
        query = select(SiteNote).where(SiteNote.task_id == task.id)
    else:
        query = select(SiteNote).where(SiteNote.place == key)
    query = query.where(SiteNote.state != NoteState.ENDED).order_by(SiteNote.written_at, SiteNote.id)
    rows = await session.scalars(query.with_for_update() if lock else query)
    order = list(NoteKind)
    here = [row for row in rows if same_place(door_of(task), _point(row))]
    return sorted(here, key=lambda row: order.index(row.kind))


def _point(row: SiteNote) -> tuple[float, float] | None:
    return None if row.lon is None or row.lat is None else (row.lon, row.lat)


async def write_note(uow: UnitOfWork, actor: Actor, task: Task, said: Said) -> SiteNote:
    """Keep a note of the task's place. The same one sent twice is one.

    Raises:
        SiteNoteInvalid, TooManyNotes.
        NotFound: the task was erased, or its photo has not arrived.
    """
    if task.erased_at is not None:
        raise NotFound()
    if faults := said.faults():
        raise SiteNoteInvalid(faults=faults)
    before = await uow.session.get(SiteNote, said.id)
    if before is not None:
        if before.author_id != actor.id:
            raise NotFound()
        return before
    await uow.hold(f"site:{place_key(task.address)}")
    here = await notes_at(uow.session, task)
    if len([row for row in here if row.expires_at > uow.now]) >= MOST_AT_A_PLACE:
        raise TooManyNotes(most=MOST_AT_A_PLACE)
    lon, lat = door_of(task) or (None, None)
    spot_lon, spot_lat = said.spot or (None, None)
    row = SiteNote(
        id=said.id,
        task_id=task.id,
        place=place_key(task.address),
        lon=lon,
        lat=lat,
        kind=said.kind,
        state=NoteState.STANDING,
        text=said.text,
        gate_code=said.gate_code,
        spot_lon=spot_lon,
        spot_lat=spot_lat,
        photo_id=await _photo(uow.session, task, said.photo),
        arrow=list(said.arrow) if said.arrow else None,
        author_id=actor.id,
        written_at=uow.now,
        renewed_at=uow.now,
        expires_at=uow.now + LASTS[said.kind],
        doubted_by="",
    )
    uow.session.add(row)
    await uow.session.flush()
    await uow.audit(actor, "site_note_written", f"task:{task.id}", note=str(row.id), kind=row.kind.value)
    _tell(uow, task, row)
    return row


async def _photo(session: AsyncSession, task: Task, client_id: UUID | None) -> UUID | None:
    if client_id is None:
        return None
    sent = select(Proof.id).where(Proof.task_id == task.id, Proof.client_id == client_id)
    found = (await session.scalars(sent)).first()
    if found is None:
        raise NotFound()
    return found


async def renew_note(uow: UnitOfWork, actor: Actor, task: Task, note_id: UUID) -> None:
    """It is still so: its time begins anew, and it rests on this visit from now on.

    Raises:
        NotFound: nothing of this id is known of the task's place.
        NoteMoveRefused: it is disputed.
    """
    row = await _here(uow, task, note_id)
    row.state = move(row.state, NoteEvent.RENEW)
    row.task_id = task.id
    row.renewed_at, row.expires_at = uow.now, uow.now + LASTS[row.kind]
    await uow.audit(actor, "site_note_renewed", f"task:{task.id}", note=str(row.id))
    _tell(uow, task, row)


async def dispute_note(uow: UnitOfWork, actor: Actor, task: Task, note_id: UUID, doubt: NoteDoubt) -> None:
    """It is not so any more. Its author takes it back by that; of anybody else's a supervisor decides.

    Raises as `renew_note`; disputing twice is disputing once.
    """
    row = await _here(uow, task, note_id)
    if row.state is NoteState.DISPUTED:
        return
    own = row.author_id == actor.id
    row.state = move(row.state, NoteEvent.TAKE_BACK if own else NoteEvent.DISPUTE)
    row.doubt, row.doubted_at = doubt, uow.now
    row.doubted_by = "staff" if actor.kind == "staff" else "customer"
    if own:
        _empty(row)
    await uow.audit(
        actor, "site_note_disputed", f"task:{task.id}", note=str(row.id), doubt=doubt.value, taken_back=own
    )
    _tell(uow, task, row)


async def decide_note(
    uow: UnitOfWork, actor: Actor, note_id: UUID, *, keep: bool, version: int | None
) -> None:
    """A supervisor decides of a disputed note.

    Raises:
        NotFound, StaleVersion, NoteMoveRefused.
    """
    row = await uow.session.get(SiteNote, note_id, with_for_update=True)
    if row is None:
        raise NotFound()
    check_version(row, version)
    row.state = move(row.state, NoteEvent.KEEP if keep else NoteEvent.END)
    row.decided_by_id = actor.id
    if keep:
        row.doubt = row.doubted_at = None
        row.doubted_by = ""
    else:
        _empty(row)
    await uow.audit(actor, "site_note_decided", f"task:{row.task_id}", note=str(row.id), kept=keep)
    _tell(uow, await uow.session.get_one(Task, row.task_id), row)


def _empty(row: SiteNote) -> None:
    """What is not so is not kept; that there was a note, of which kind and whose, is."""
    row.text = row.gate_code = ""
    row.spot_lon = row.spot_lat = row.photo_id = row.arrow = None


async def read_dangers(uow: UnitOfWork, rep: Rep, task: Task, notes: Sequence[UUID]) -> None:
    """The representative knows of these dangers at the task's place; what is none there is passed over."""
    here = {row.id for row in await notes_at(uow.session, task) if row.kind is NoteKind.DANGER}
    known = await _read_of(uow.session, rep, task)
    for note_id in sorted(here.intersection(notes) - known):
        uow.session.add(SiteNoteRead(note_id=note_id, task_id=task.id, rep_id=rep.id, at=uow.now))
    uow.changed(RESOURCE, task.id, f"rep:{rep.id}")


async def dangers_unread(uow: UnitOfWork, rep: Rep, task: Task) -> list[UUID]:
    """Dangers at the task's place that its representative has not said to know of."""
    known = await _read_of(uow.session, rep, task)
    here = await notes_at(uow.session, task)
    return [
        row.id
        for row in here
        if row.kind is NoteKind.DANGER and row.expires_at > uow.now and row.id not in known
    ]


async def _read_of(session: AsyncSession, rep: Rep, task: Task) -> set[UUID]:
    query = select(SiteNoteRead.note_id).where(SiteNoteRead.task_id == task.id, SiteNoteRead.rep_id == rep.id)
    return set(await session.scalars(query))


async def _here(uow: UnitOfWork, task: Task, note_id: UUID) -> SiteNote:
    found = next((row for row in await notes_at(uow.session, task, lock=True) if row.id == note_id), None)
    if found is None:
        raise NotFound()
    return found


def _tell(uow: UnitOfWork, task: Task, row: SiteNote) -> None:
    """The phone that has the task; the console, which lists what is disputed."""
    topics = [CONSOLE_TOPIC]
    if task.rep_id is not None and task.state in IN_ROUTE:
        topics.append(f"rep:{task.rep_id}")
    uow.changed(RESOURCE, row.id, *topics)


async def forget_notes(uow: UnitOfWork) -> int:
    """Let go of notes whose time is long over or that ended long ago, and at once of gate codes that are
    over; of door codes when their day is."""
    now, session = uow.now, uow.session
    old = (
        select(SiteNote.id)
        .where(
            (SiteNote.expires_at < now - KEPT)
            | ((SiteNote.kind == NoteKind.GATE) & (SiteNote.expires_at < now))
            | ((SiteNote.state == NoteState.ENDED) & (SiteNote.renewed_at < now - KEPT))
        )
        .limit(AT_A_TIME)
    )
    ids = list(await session.scalars(old))
    await session.execute(delete(SiteNoteRead).where(SiteNoteRead.note_id.in_(ids)))
    await session.execute(delete(SiteNote).where(SiteNote.id.in_(ids)))
    await session.execute(delete(DoorCheck).where(DoorCheck.ends_at < now - timedelta(days=1)))
    return len(ids)
