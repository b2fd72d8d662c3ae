"""Every capability is declared, and what is forgotten is found when the house starts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import JSON, Column, Double, ForeignKey, String, Table
from sqlalchemy.types import TypeEngine

from app import capabilities
from app.capabilities import CAPABILITIES, UNHEARD
from app.tables import complete_metadata
from assist.chat.tables import Message
from assist.stills.tables import Still
from kernel.capability import Capability, faults_of
from kernel.contracts import RequestClosed, TaskDone
from kernel.outbox import EVENT_TYPES
from kernel.pictures.blobs import Blobs
from kernel.pictures.removal import Holders
from kernel.sql.base import Base
from kernel.sql.columns import BlobColumn
from tests.architecture.sources import sources

EVENTS = tuple(EVENT_TYPES.values())


def faults(capabilities: tuple[Capability, ...]) -> list[str]:
    return faults_of(capabilities, EVENTS, UNHEARD)


def without(name: str) -> tuple[Capability, ...]:
    left = tuple(capability for capability in CAPABILITIES if capability.name != name)
    assert len(left) == len(CAPABILITIES) - 1
    return left


def test_the_house_is_whole() -> None:
    capabilities.prove()


def test_every_declared_room_is_on_the_list() -> None:
    declared = {
        source.module.removesuffix(".capability")
        for source in sources("assist", "field", "kernel")
        if source.module.endswith(".capability") and source.module != "kernel.capability"
    }
    assert declared == {capability.name for capability in CAPABILITIES} - {"kernel"}


def test_tables_loaded_for_migrations_are_those_that_rooms_own() -> None:
    owned = {table.__tablename__ for capability in CAPABILITIES for table in capability.tables}
    assert set(complete_metadata().tables) == owned


@pytest.mark.parametrize(
    ("forgotten", "fault"),
    [
        ("assist.stills", "no capability owns the table still"),
        ("field.visits", "nobody handles the event visit_requested"),
        ("assist.request", "nobody handles the event task_accepted"),
    ],
)
def test_a_forgotten_room_is_missed(forgotten: str, fault: str) -> None:
    assert fault in faults(without(forgotten))


def test_what_is_there_twice_is_found() -> None:
    reps = next(capability for capability in CAPABILITIES if capability.name == "field.reps")
    visits = next(capability for capability in CAPABILITIES if capability.name == "field.visits")
    twice = faults((*CAPABILITIES, replace(reps, name="field.others"), replace(visits, name="field.calls")))
    assert "two capabilities decide who hears the topic rep" in twice
    assert "two capabilities own the table device_action" in twice
    assert "two groups of handlers are called field" in twice
    assert "two jobs are called visits.late" in twice


@contextmanager
def one_more_table(kind: TypeEngine[Any]) -> Iterator[Table]:
    """A table that somebody builds next, with a column for a picture's file."""
    table = Table("leak", Base.metadata, Column("id", String, primary_key=True), Column("blob_id", kind))
    try:
        yield table
    finally:
        Base.metadata.remove(table)


def test_a_new_column_for_pictures_keeps_them_without_being_listed_anywhere(tmp_path: Path) -> None:
    with one_more_table(BlobColumn()) as table:
        assert table.c.blob_id in Holders(Blobs(tmp_path)).columns
    kept = {f"{column.table.name}.{column.name}" for column in Holders(Blobs(tmp_path)).columns}
    assert kept == {"still.blob_id", "proof.blob_id"}


def test_a_column_for_pictures_that_would_not_keep_them_is_found() -> None:
    with one_more_table(String(64)):
        told = faults(CAPABILITIES)
    assert "the column leak.blob_id names files and does not keep them: it is no BlobColumn" in told


@pytest.mark.parametrize("kind", [String(200), JSON(), Double(), BlobColumn()])
def test_a_column_for_a_customer_s_words_that_no_erasure_empties_is_found(kind: TypeEngine[Any]) -> None:
    request: Column[Any] = Column("request_id", ForeignKey("service_request.id"))
    table = Table(
        *("leak", Base.metadata, Column("id", String, primary_key=True), request), Column("said", kind)
    )
    try:
        told = faults(CAPABILITIES)
        assert "no erasure empties the column leak.said, and no capability says that it is kept" in told
    finally:
        Base.metadata.remove(table)


def test_a_room_that_forgets_to_forget_is_found() -> None:
    chat = next(capability for capability in CAPABILITIES if capability.name == "assist.chat")
    capabilities = (*without("assist.chat"), replace(chat, erasers=()))
    assert "no erasure empties the column message.text, and no capability says that it is kept" in faults(
        capabilities
    )
    capabilities = (*without("assist.chat"), replace(chat, kept=(Message.text,)))
    assert "the column message.text is erased and kept" in faults(capabilities)


async def test_no_picture_is_stored_for_a_column_that_would_not_keep_it(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"Still\.media_type does not keep files"):
        await Blobs(tmp_path).put(b"a leak", media_type="image/png", kept_in=cast(Any, Still.media_type))
    assert not list(os.scandir(tmp_path))


def test_an_event_is_not_called_unheard_while_somebody_handles_it() -> None:
    told = faults_of(CAPABILITIES, EVENTS, (*UNHEARD, TaskDone))
    assert told == ["the event task_done is handled after all"]
    assert faults_of(CAPABILITIES, EVENTS, [kind for kind in UNHEARD if kind is not RequestClosed]) == [
        "nobody handles the event request_closed"
    ]
