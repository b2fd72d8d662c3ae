"""Who may call this wing's operations, and how often."""

from kernel.actors import Role
from kernel.web import Limit, customer, role, signed_in

DESK = role(Role.TECHNICIAN, Role.SUPERVISOR, Role.DISPATCHER, Role.ADMIN)
"""Those who see every request."""
TECHNICIAN = role(Role.TECHNICIAN)
ANSWERABLE = role(Role.TECHNICIAN, Role.SUPERVISOR, Role.DISPATCHER, Role.ADMIN)
"""Those who can have to conclude a request; which of them may, the request's owner decides."""
CUSTOMER = customer()
PARTIES = CUSTOMER | DESK
READERS = signed_in()
"""A representative reads the requests they are answerable for; the queries decide."""

# Counted per address, and a mobile network puts thousands of customers behind one.
START = Limit("start-request", per_minute=300, burst=300)
REDEEM = Limit("redeem-invitation", per_minute=30, burst=120)
INVITE = Limit("invite", per_minute=120, burst=120)
PICTURE = Limit("still", per_minute=600, burst=300)

# Counted per person: no one writes, changes or draws faster than this by hand.
ANSWER = Limit("guide-answer", per_minute=60, burst=60, per_person=True)
CHANGE = Limit("change-request", per_minute=60, burst=60, per_person=True)
MOVE = Limit("move-request", per_minute=60, burst=60, per_person=True)
WRITE = Limit("message", per_minute=60, burst=60, per_person=True)
DRAW = Limit("mark", per_minute=300, burst=300, per_person=True)
