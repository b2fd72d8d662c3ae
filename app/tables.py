"""Every table of the house in one place: importing this module completes ``Base.metadata``."""

from __future__ import annotations

import importlib

from sqlalchemy import MetaData

from kernel.sql.base import Base

MODULES = (
    "kernel.audit",
    "kernel.events.inbox",
    "kernel.identity.links",
    "kernel.notify",
    "kernel.outbox",
    "kernel.identity.sessions",
    "kernel.identity.staff",
    "assist.request.tables",
    "field.task.tables",
    "field.grid.tables",
    "field.grid.places.tables",
)


def complete_metadata() -> MetaData:
    """The metadata of all tables."""
    for name in MODULES:
        importlib.import_module(name)
    return Base.metadata
