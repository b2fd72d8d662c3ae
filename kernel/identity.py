"""Who is calling: staff with roles, customers by link.

A **session** is a random token, of which the hash is stored; it belongs to one *surface* (one of the
product's pages), so that a browser may hold a technician's and a dispatcher's session side by side.
A **link** is a random token that one device redeems once; redeeming makes the session, and the same
device may open the same link again. Nothing else identifies a customer: no account, no password.
"""

from __future__ import annotations

from kernel.actors import SYSTEM, Actor, Role, Surface, signed_in_where
from kernel.links import AccessLink, LinkExpired, LinkSpent, LinkUnknown, create_link, redeem_link
from kernel.passwords import hash_password
from kernel.sessions import (
    SESSION_TOPIC,
    NewSession,
    Session,
    end_other_sessions,
    end_session,
    start_session,
    who,
)
from kernel.staff import Staff, WrongPassword, actor_of, add_staff, check_password, staff_called

__all__ = [
    "SESSION_TOPIC",
    "SYSTEM",
    "AccessLink",
    "Actor",
    "LinkExpired",
    "LinkSpent",
    "LinkUnknown",
    "NewSession",
    "Role",
    "Session",
    "Staff",
    "Surface",
    "WrongPassword",
    "actor_of",
    "add_staff",
    "check_password",
    "create_link",
    "end_other_sessions",
    "end_session",
    "hash_password",
    "redeem_link",
    "signed_in_where",
    "staff_called",
    "start_session",
    "who",
]
