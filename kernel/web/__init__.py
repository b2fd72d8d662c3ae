"""The doors: how a declaration becomes a route, an OpenAPI operation and a guarded call.

Only ``routes``, ``hub`` and ``app`` may import this package.
"""

from kernel.web.api import Api, Operation, SocketRoute, Upload
from kernel.web.call import Call, House, SessionView, SocketCall
from kernel.web.limits import Limit
from kernel.web.who import Who, anyone, customer, role, signed_in, staff

__all__ = [
    "Api",
    "Call",
    "House",
    "Limit",
    "Operation",
    "SessionView",
    "SocketCall",
    "SocketRoute",
    "Upload",
    "Who",
    "anyone",
    "customer",
    "role",
    "signed_in",
    "staff",
]
