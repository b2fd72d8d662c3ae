"""What stands at a junction or on a way: turn restrictions, gates and bollards.

After the OSM wiki: "Relation:restriction" (`no_*` forbids a turn, `only_*` all others; `except` and
`restriction:<vehicle>` say for whom) and "Key:barrier". Who walks is bound by no turn restriction. Those
for some hours only (`…:conditional`, `day_on`, `hour_on`) are not read: they would close turns all day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from field.road.tagging import EVERYBODY, FOOT, MODES, MOTORS, WIDER, Tags, lets_in

_OF: Final = {
    "restriction": EVERYBODY & ~FOOT,
    "restriction:vehicle": EVERYBODY & ~FOOT,
    "restriction:motor_vehicle": MOTORS,
    **{f"restriction:{mode}": bit for mode, bit in MODES.items() if mode != "foot"},
}
TURN_KEYS: Final = tuple(_OF)
_EXCEPT: Final = {"motor_vehicle": MOTORS, "vehicle": EVERYBODY & ~FOOT, **MODES}
_HOURS: Final = ("day_on", "day_off", "hour_on", "hour_off")
_NO: Final = ("no_left_turn", "no_right_turn", "no_straight_on", "no_u_turn", "no_entry", "no_exit")
_ONLY: Final = ("only_left_turn", "only_right_turn", "only_straight_on", "only_u_turn")

_CARS: Final = MODES["motorcar"]
_BARRIERS: Final = {
    **dict.fromkeys(("bollard", "block", "planter"), _CARS),
    **dict.fromkeys(("cycle_barrier", "motorcycle_barrier", "chain", "rope", "log"), MOTORS),
    **dict.fromkeys(("jersey_barrier", "debris", "bump_gate", "spikes"), MOTORS),
    **dict.fromkeys(("stile", "turnstile", "full-height_turnstile", "kissing_gate"), EVERYBODY & ~FOOT),
    "wicket_gate": MOTORS,
}
"""Whom each stops where no access is said. A gate, a toll booth and what is not here stops nobody by itself:
a representative is let in as a customer's guest."""


@dataclass(frozen=True, slots=True)
class TurnSign:
    """`only` or not, for whom (bits of `MODES`)."""

    only: bool
    modes: int


def turn_signs(tags: Tags) -> list[TurnSign]:
    """What a relation says about turning; empty where it tells of no turn, or not of us."""
    if not tags.get("type", "").startswith("restriction") or any(key in tags for key in _HOURS):
        return []
    free = 0
    for who in tags.get("except", "").split(";"):
        free |= _EXCEPT.get(who.strip(), 0)
    found = []
    for key, of in _OF.items():
        said = tags.get(key, "").strip()
        if said in (*_NO, *_ONLY) and of & ~free:
            found.append(TurnSign(said in _ONLY, of & ~free))
    # A relation may be of the type `restriction:motorcar`, and say which one by the plain key.
    of = _OF.get(tags["type"], 0)
    return [TurnSign(sign.only, sign.modes & of) for sign in found if sign.modes & of] if of else found


def stopped(tags: Tags) -> int:
    """Whom a node on a way stops, as bits of `MODES`."""
    barrier = tags.get("barrier")
    if not barrier or barrier == "no":
        return 0
    usual = _BARRIERS.get(barrier, EVERYBODY & ~FOOT if tags.get("locked") == "yes" else 0)
    found = 0
    for mode, bit in MODES.items():
        said = next((tags[key] for key in (mode, *WIDER[mode]) if tags.get(key)), None)
        if (bit & usual) if said is None else not lets_in(said):
            found |= bit
    return found
