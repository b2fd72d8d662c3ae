"""A browser asks to be told while its page is closed, or to be told no more."""

from __future__ import annotations

from kernel.errors import Fault, Invalid
from kernel.push.addresses import NotPublic, endpoint_of
from kernel.push.bodies import PushKeyView, SubscriptionBody
from kernel.push.commands import Offered, drop_subscription, keep_subscription
from kernel.push.encryption import AUTH_BYTES, decoded, encoded, point, public_bytes
from kernel.push.gateway import PushGateway
from kernel.web import Api, Call, Limit, staff
from kernel.web.origin import presented_token

api = Api("push")

SUBSCRIBING = Limit("push-subscription", per_minute=20, burst=20, per_person=True)


class PushRefused(Invalid):
    """This browser's push address cannot be used."""

    code = "push_refused"


@api.get("/api/push-key", who=staff(), summary="The key that a browser subscribes with")
async def get_push_key(call: Call) -> PushKeyView:
    return PushKeyView(key=encoded(public_bytes(await call.use(PushGateway).key())))


@api.put(
    "/api/push-subscription",
    who=staff(),
    summary="Tell this browser of news while its page is closed, as long as the session lasts",
    errors=(PushRefused,),
    limit=SUBSCRIBING,
)
async def put_push_subscription(call: Call, body: SubscriptionBody) -> None:
    token, _surface = presented_token(call.request)
    assert token is not None
    await call.database.run(
        keep_subscription, call.actor, token, looked_through(body, loopback=call.settings.push_loopback)
    )


@api.delete(
    "/api/push-subscription",
    who=staff(),
    summary="Tell this browser nothing more",
    limit=SUBSCRIBING,
)
async def delete_push_subscription(call: Call) -> None:
    token, _surface = presented_token(call.request)
    assert token is not None
    await call.database.run(drop_subscription, token)


def looked_through(body: SubscriptionBody, *, loopback: bool) -> Offered:
    """What was offered, as far as it can be judged without asking anybody.

    Raises:
        PushRefused: with every fault.
    """
    faults = []
    receiver = auth = b""
    try:
        endpoint_of(body.endpoint, loopback=loopback)
    except NotPublic:
        faults.append(Fault("push_address", "body.endpoint"))
    try:
        receiver = decoded(body.keys.p256dh)
        point(receiver)
    except ValueError:
        faults.append(Fault("push_key", "body.keys.p256dh"))
    try:
        auth = decoded(body.keys.auth)
    except ValueError:
        auth = b""
    if len(auth) != AUTH_BYTES:
        faults.append(Fault("push_key", "body.keys.auth"))
    if faults:
        raise PushRefused(faults=faults)
    return Offered(body.endpoint, receiver, auth, body.language)
