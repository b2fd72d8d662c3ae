"""Telling somebody whose page is closed."""

from kernel.capability import Capability
from kernel.identity.subscriptions import PushSubscription
from kernel.jobs import Job, Turn
from kernel.push.api import api
from kernel.push.commands import end_over
from kernel.push.keys import PushKey

TIDY_EVERY_S = 300.0


async def end_subscriptions(turn: Turn) -> None:
    """Let go of what a session that is over has left."""
    await turn.house.database.run(end_over)


capability = Capability(
    "kernel.push",
    apis=(api,),
    jobs=(Job("push.over", end_subscriptions, TIDY_EVERY_S, TIDY_EVERY_S),),
    tables=(PushSubscription, PushKey),
    # Of a member of staff's browser, and of no customer; it goes with their session.
    kept=(
        PushSubscription.session_hash,
        PushSubscription.endpoint,
        PushSubscription.endpoint_hash,
        PushSubscription.receiver,
        PushSubscription.auth,
    ),
)
