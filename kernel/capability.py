"""What one capability offers to the whole house, declared once in its own ``capability.py``.

``app.capabilities`` lists them, and `faults_of` holds the list against what there is: a table that nobody
owns, or two do; a column that names pictures and does not keep them; a column that could tell of a customer
and is not emptied with them; an event that nobody handles; a live topic that nobody may hear. What was
forgotten is found when the house starts, not when somebody misses it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from kernel.contracts import Event
from kernel.erasing import Eraser, telling_columns
from kernel.events.inbox import HandlerGroup
from kernel.evidence.item import Source
from kernel.jobs import Job
from kernel.sql.base import Base
from kernel.sql.columns import BlobColumn
from kernel.web.api import Api
from kernel.web.socket.live import TopicRule


@dataclass(frozen=True)
class Handling:
    """A group of event handlers, and the class of the services that they are given."""

    group: HandlerGroup
    needs: type


@dataclass(frozen=True)
class Capability:
    """One capability. What it does not have it leaves out.

    ``name`` is its folder's (``assist.queue``); ``topics`` says, by prefix of live topics, who may listen;
    ``erasers`` empty what tells of a customer, and ``kept`` are the columns beside it that say what happened;
    ``evidence`` tells what of it can be proven of a request.
    """

    name: str
    apis: tuple[Api, ...] = ()
    handlers: tuple[Handling, ...] = ()
    jobs: tuple[Job, ...] = ()
    topics: Mapping[str, TopicRule] = field(default_factory=dict)
    tables: tuple[type[Base], ...] = ()
    erasers: tuple[Eraser, ...] = ()
    kept: tuple[InstrumentedAttribute[Any], ...] = ()
    evidence: tuple[Source, ...] = ()


def _twice(names: Collection[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)


def _unkept() -> list[str]:
    """Columns that are called after a file, but of a type that lets it be swept away."""
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    return sorted(
        f"{column.table.name}.{column.name}"
        for column in columns
        if "blob" in column.name and not isinstance(column.type, BlobColumn)
    )


def _told(capabilities: Collection[Capability]) -> Iterator[str]:
    """Columns that could tell of a customer and are not emptied with them, or are and are said to be kept."""
    erased = {
        _name(each) for capability in capabilities for eraser in capability.erasers for each in eraser.columns
    }
    kept = {_name(each) for capability in capabilities for each in capability.kept}
    there = {f"{column.table.name}.{column.name}" for column in telling_columns()}
    for name in sorted(there - erased - kept):
        yield f"no erasure empties the column {name}, and no capability says that it is kept"
    for name in sorted(erased & kept):
        yield f"the column {name} is erased and kept"


def _name(attribute: InstrumentedAttribute[Any]) -> str:
    column = attribute.property.columns[0]
    return f"{column.table.name}.{column.name}"


def faults_of(
    capabilities: Collection[Capability], events: Collection[type[Event]], unheard: Collection[type[Event]]
) -> list[str]:
    """What is missing or there twice, one line each; empty when the house is whole.

    ``events`` are all there are; ``unheard`` those that nobody in the house handles, on purpose.
    """
    tables = [table.__tablename__ for capability in capabilities for table in capability.tables]
    topics = [prefix for capability in capabilities for prefix in capability.topics]
    handled = {
        kind
        for capability in capabilities
        for handling in capability.handlers
        for kind in handling.group.types
    }
    jobs = [job.name for capability in capabilities for job in capability.jobs]
    groups = [handling.group.name for capability in capabilities for handling in capability.handlers]
    silent = {event.type for event in unheard}
    known = {event.type for event in events}
    return [
        *(
            f"two capabilities are called {name}"
            for name in _twice([capability.name for capability in capabilities])
        ),
        *(f"two capabilities own the table {name}" for name in _twice(tables)),
        *(f"no capability owns the table {name}" for name in sorted(set(Base.metadata.tables) - set(tables))),
        *(f"the column {name} names files and does not keep them: it is no BlobColumn" for name in _unkept()),
        *_told(capabilities),
        *(f"two capabilities decide who hears the topic {name}" for name in _twice(topics)),
        *(f"two groups of handlers are called {name}" for name in _twice(groups)),
        *(f"two jobs are called {name}" for name in _twice(jobs)),
        *(f"nobody handles the event {name}" for name in sorted(known - handled - silent)),
        *(f"the event {name} is handled after all" for name in sorted(handled & silent)),
    ]
