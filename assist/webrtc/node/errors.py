"""What a media node refuses, besides offers that it cannot read (see `description`)."""

from kernel.errors import Invalid, Refused, Unavailable


class CommandInvalid(Invalid):
    """The media service was asked for something that it does not know."""

    code = "command_invalid"


class NodeFull(Unavailable):
    """All lines are busy at the moment."""

    code = "node_full"


class NodeDraining(Unavailable):
    """This media server takes no new calls."""

    code = "node_draining"


class RoomMoved(Refused):
    """The call has moved to another media server."""

    code = "room_moved"
