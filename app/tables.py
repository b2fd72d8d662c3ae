"""Every table of the house, loaded without the capabilities around them: migrations need no more."""

from __future__ import annotations

import importlib

from sqlalchemy import MetaData

from kernel.sql.base import Base

MODULES = (
    "kernel.audit",
    "kernel.events.inbox",
    "kernel.identity.links",
    "kernel.identity.sessions",
    "kernel.identity.staff",
    "kernel.delivery.tables",
    "kernel.identity.subscriptions",
    "kernel.outbox",
    "kernel.push.keys",
    "assist.accounts.tables",
    "assist.answers.tables",
    "assist.call.tables",
    "assist.chat.tables",
    "assist.evidence.tables",
    "assist.guide.tables",
    "assist.queue.tables",
    "assist.rating.tables",
    "assist.request.tables",
    "assist.stills.tables",
    "assist.verdict.tables",
    "field.announcements.tables",
    "field.appointments.tables",
    "field.chains.tables",
    "field.dispatch.tables",
    "field.escalation.tables",
    "field.figures.tables",
    "field.forms.tables",
    "field.grid.tables",
    "field.grid.places.tables",
    "field.grid.territory.tables",
    "field.hindsight.tables",
    "field.moves.tables",
    "field.network.tables",
    "field.positions.tables",
    "field.reoptimise.tables",
    "field.safety.tables",
    "field.shifts.tables",
    "field.sites.tables",
    "field.sources.tables",
    "field.rounds.tables",
    "field.task.tables",
    "field.traffic.tables",
    "field.visits.tables",
)


def complete_metadata() -> MetaData:
    """The metadata of all tables."""
    for name in MODULES:
        importlib.import_module(name)
    return Base.metadata
