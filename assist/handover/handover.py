"""Handing a request over: an offer, its acceptance, and who answers for a request when somebody goes.

**An offer moves nothing.** Whoever has a request (or a supervisor, for them) offers it to a named colleague
with a word. The giver stays answerable until the other has accepted: there is no instant at which the one has
let go and the other does not hold yet. An offer ends in one of five ways, and only `accepted` changes the
owner:

* `accepted` by the colleague it was made to;
* `refused` by that colleague, with a reason;
* `withdrawn` by the giver or a supervisor;
* `lapsed`, when it was not answered within its minutes: it stays with whom it was;
* `overtaken`, when the request has meanwhile moved on: it has another owner or has ended.

A request has at most one offer that is open. Two who answer at once meet in `move`: the second finds an end.

**Going.** When somebody goes (their account ends, or their leave begins), each request that they answer for
goes at once to `successor`: their deputy if at work, else the duty supervisor, else an admin. Where there is
none the account cannot end: `NoSuccessor`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from assist.request.duty import Colleague, chosen
from assist.request.request import FINAL, State
from kernel import table
from kernel.errors import Refused
from kernel.table import Table

ANSWER_WITHIN: Final = timedelta(minutes=10)
"""So long an offer stands."""


class OfferState(StrEnum):
    """Where an offer stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    OVERTAKEN = "overtaken"


class OfferEvent(StrEnum):
    """What can happen to an offer."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    OVERTAKE = "overtake"


@dataclass(frozen=True, slots=True)
class OfferStep(table.Step[OfferState]):
    """One row of the table."""


class OfferOver(Refused):
    """This offer has been answered, withdrawn or has lapsed."""

    code: ClassVar[str] = "offer_over"


class CannotReceive(Refused):
    """That colleague cannot be given this request; `why` says the reason."""

    code: ClassVar[str] = "cannot_receive"


class NoSuccessor(Refused):
    """Something would be left without anybody who answers for it: name a deputy or a supervisor first."""

    code: ClassVar[str] = "no_successor"


OFFERS: Table[OfferState, OfferEvent, OfferStep] = Table(
    OfferState.OFFERED,
    {
        (OfferState.OFFERED, OfferEvent.ACCEPT): OfferStep(OfferState.ACCEPTED),
        (OfferState.OFFERED, OfferEvent.REFUSE): OfferStep(OfferState.REFUSED),
        (OfferState.OFFERED, OfferEvent.WITHDRAW): OfferStep(OfferState.WITHDRAWN),
        (OfferState.OFFERED, OfferEvent.LAPSE): OfferStep(OfferState.LAPSED),
        (OfferState.OFFERED, OfferEvent.OVERTAKE): OfferStep(OfferState.OVERTAKEN),
    },
)


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer as it stands: of whom, to whom, until when."""

    state: OfferState
    giver: UUID
    receiver: UUID
    until: datetime


class WhyNot(StrEnum):
    """Why somebody cannot be given a request."""

    UNKNOWN = "unknown"
    INACTIVE = "inactive"
    ON_LEAVE = "on_leave"
    NO_RIGHT = "no_right"
    OWNER_ALREADY = "owner_already"


def why_not(owner: UUID, receiver: Colleague | None) -> WhyNot | None:
    """Why `receiver` cannot be given what `owner` has; None where nothing stands against it."""
    if receiver is None:
        return WhyNot.UNKNOWN
    if not receiver.active:
        return WhyNot.INACTIVE
    if receiver.on_leave:
        return WhyNot.ON_LEAVE
    if not receiver.able:
        return WhyNot.NO_RIGHT
    return WhyNot.OWNER_ALREADY if receiver.id == owner else None


def offered(state: State, owner: UUID, receiver: Colleague | None, now: datetime) -> Offer:
    """A new offer. Raises `CannotReceive`, with why; `OfferOver` where the request has ended."""
    if state in FINAL:
        raise OfferOver(state=state.value)
    if why := why_not(owner, receiver):
        raise CannotReceive(why=why.value)
    assert receiver is not None
    return Offer(OfferState.OFFERED, owner, receiver.id, now + ANSWER_WITHIN)


def move(state: OfferState, event: OfferEvent) -> OfferState:
    """The state after `event`. Raises `OfferOver` where the offer has ended."""
    step = OFFERS.get((state, event))
    if step is None:
        raise OfferOver(state=state.value)
    return step.to


def due(offer: Offer, state: State, owner: UUID, now: datetime) -> OfferEvent | None:
    """What time or the request's own road has done to an open offer; None where it stands."""
    if offer.state is not OfferState.OFFERED:
        return None
    if owner != offer.giver or state in FINAL:
        return OfferEvent.OVERTAKE
    return OfferEvent.LAPSE if now >= offer.until else None


def accepted_by(offer: Offer, state: State, owner: UUID, receiver: Colleague, now: datetime) -> UUID:
    """The next owner. Raises `OfferOver` where the offer stands no more, `CannotReceive` where the receiver
    has meanwhile gone."""
    if offer.state is not OfferState.OFFERED:
        raise OfferOver(state=offer.state.value)
    if event := due(offer, state, owner, now):
        raise OfferOver(state=move(offer.state, event).value)
    if why := why_not(owner, receiver):
        raise CannotReceive(why=why.value)
    return receiver.id


def successor(goer: UUID, deputy: Colleague | None, duty: Iterable[Colleague]) -> UUID:
    """Who answers for what `goer` leaves. `duty`: those who may stand in, ranked. Raises `NoSuccessor`."""
    if deputy is not None and deputy.id != goer and deputy.at_work and deputy.able:
        return deputy.id
    found = chosen(each for each in duty if each.id != goer)
    if found is None:
        raise NoSuccessor(staff_id=str(goer))
    return found
