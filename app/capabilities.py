"""The capabilities of the house, from the ground up; `prove` says what is missing or there twice.

A new capability is its folder, its ``capability.py``, and one line here (docs/howto).
"""

from __future__ import annotations

from collections.abc import Mapping

from app.ground import capability as ground
from assist.accounts.capability import capability as accounts
from assist.answers.capability import capability as answers
from assist.call.capability import capability as call
from assist.chat.capability import capability as chat
from assist.counter.capability import capability as counter
from assist.desk.capability import capability as desk
from assist.erasure.capability import capability as erasure
from assist.evidence.capability import capability as evidence
from assist.guide.capability import capability as guide
from assist.intake.capability import capability as intake
from assist.invitation.capability import capability as invitation
from assist.queue.capability import capability as queue
from assist.rating.capability import capability as rating
from assist.request.capability import capability as request
from assist.stills.capability import capability as stills
from assist.verdict.capability import capability as verdict
from assist.webrtc.hub.capability import capability as call_room
from assist.webrtc.turn.capability import capability as turn
from field.announcements.capability import capability as announcements
from field.appointments.capability import capability as appointments
from field.board.capability import capability as board
from field.chains.capability import capability as chains
from field.consulting.capability import capability as consulting
from field.dispatch.capability import capability as dispatch
from field.escalation.capability import capability as escalation
from field.figures.capability import capability as figures
from field.forms.capability import capability as forms
from field.grid.capability import capability as grid
from field.grid.places.capability import capability as places
from field.hindsight.capability import capability as hindsight
from field.map.capability import capability as map_
from field.moves.capability import capability as moves
from field.network.capability import capability as network
from field.ogc.capability import capability as ogc
from field.positions.capability import capability as positions
from field.reoptimise.capability import capability as reoptimise
from field.replay.capability import capability as replay
from field.reps.capability import capability as reps
from field.rounds.capability import capability as rounds
from field.safety.capability import capability as safety
from field.shifts.capability import capability as shifts
from field.sites.capability import capability as sites
from field.sources.capability import capability as sources
from field.task.capability import capability as task
from field.terms.capability import capability as terms
from field.traffic.capability import capability as traffic
from field.visits.capability import capability as visits
from field.zoning.capability import capability as zoning
from kernel.capability import Capability, faults_of
from kernel.contracts import Changed, RequestClosed
from kernel.erasing import Erasers
from kernel.events.inbox import HandlerGroup
from kernel.evidence.item import Sources
from kernel.jobs import Job
from kernel.outbox import EVENT_TYPES
from kernel.push.capability import capability as push
from kernel.web import Api
from kernel.web.socket.live import TopicRule

CAPABILITIES: tuple[Capability, ...] = (
    ground,
    push,
    *(
        request,
        queue,
        call,
        stills,
        chat,
        verdict,
        rating,
        guide,
        answers,
        intake,
        invitation,
        erasure,
        evidence,
        desk,
        accounts,
        counter,
        call_room,
        turn,
    ),
    *(grid, places, task, forms, dispatch, network, safety, sites, chains, escalation, announcements),
    *(board, map_, reps, visits),
    *(positions, shifts, zoning, reoptimise, moves, replay, ogc, sources),
    *(appointments, consulting, rounds, figures, hindsight, terms, traffic),
)

UNHEARD = (
    Changed,  # a hint for open pages, which is no event to handle: kernel.events.hints
    RequestClosed,  # the end of the road; kept for whoever comes to count or to tell others
)
"""Events that nobody in the house handles, and why."""

APIS: tuple[Api, ...] = tuple(api for capability in CAPABILITIES for api in capability.apis)
"""Every declared route and socket of the house."""

JOBS: tuple[Job, ...] = tuple(job for capability in CAPABILITIES for job in capability.jobs)
"""Everything that time brings."""

ERASERS = Erasers(tuple(eraser for capability in reversed(CAPABILITIES) for eraser in capability.erasers))
"""How each capability forgets a customer: from the top down, so that sessions and links go last."""

EVIDENCE = Sources(tuple(source for capability in CAPABILITIES for source in capability.evidence))
"""What each capability can prove of a request."""

TOPICS: Mapping[str, TopicRule] = {
    prefix: rule for capability in CAPABILITIES for prefix, rule in capability.topics.items()
}
"""Who may listen to the capabilities' own live topics, by prefix."""


def prove() -> None:
    """Raises RuntimeError, with a line for each fault, where something was forgotten."""
    if faults := faults_of(CAPABILITIES, tuple(EVENT_TYPES.values()), UNHEARD):
        raise RuntimeError("The house is not whole: " + "; ".join(faults))


def bound_groups(services: Mapping[type, object]) -> list[HandlerGroup]:
    """Every group of event handlers, with the services that it needs."""
    return [
        handling.group.bind(services[handling.needs])
        for capability in CAPABILITIES
        for handling in capability.handlers
    ]
