"""What can be done to a request. Each command runs in one unit of work: `await database.run(command, …)`.

The room of a call (`assist.webrtc.hub`) uses `mark_joined`, `record_connection_step`, `start_freeze`,
`add_mark`, `undo_mark`, `add_message` and `end_call`; the HTTP routes use the rest as well.
"""

from assist.commands.calling import (
    AlreadyAccepted,
    accept_request,
    end_call,
    mark_joined,
    record_connection_step,
    resume_call,
    return_request,
)
from assist.commands.messaging import add_message
from assist.commands.picturing import NewMark, NewStill, add_mark, record_still, start_freeze, undo_mark

__all__ = [
    "AlreadyAccepted",
    "NewMark",
    "NewStill",
    "accept_request",
    "add_mark",
    "add_message",
    "end_call",
    "mark_joined",
    "record_connection_step",
    "record_still",
    "resume_call",
    "return_request",
    "start_freeze",
    "undo_mark",
]
