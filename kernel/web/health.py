"""Is it alive, is it ready, how is it doing."""

from __future__ import annotations

import ipaddress
import secrets

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from redis.exceptions import RedisError
from starlette.responses import Response

from kernel.errors import Forbidden, Unavailable
from kernel.events.bus import oldest_waiting
from kernel.web.api import Api
from kernel.web.call import Call
from kernel.web.metrics import OUTBOX_AGE
from kernel.web.who import anyone

api = Api("health")


class Ready(BaseModel):
    """Which parts answer. Without Redis calls and writes go on, so only the database decides."""

    database: bool
    redis: bool


@api.get("/healthz", who=anyone(), summary="The process is alive")
async def healthz(call: Call) -> None:
    return None


@api.get("/readyz", who=anyone(), summary="Calls can be served", errors=(Unavailable,))
async def readyz(call: Call) -> Ready:
    ready = Ready(database=await call.database.ready(), redis=await _redis_answers(call))
    if not ready.database:
        raise Unavailable(retry_after=1, parts=ready.model_dump())
    return ready


@api.get("/metrics", who=anyone(), summary="Prometheus metrics", media_type=CONTENT_TYPE_LATEST)
async def metrics(call: Call) -> Response:
    if not _may_scrape(call):
        raise Forbidden()
    oldest = await oldest_waiting(call.database)
    OUTBOX_AGE.set((call.now - oldest).total_seconds() if oldest else 0)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _redis_answers(call: Call) -> bool:
    try:
        return bool(await call.house.redis.ping())
    except (RedisError, OSError):
        return False


def _may_scrape(call: Call) -> bool:
    token = call.settings.metrics_token
    if token:
        given = call.request.headers.get("authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), token.encode())
    host = call.request.client.host if call.request.client else ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
