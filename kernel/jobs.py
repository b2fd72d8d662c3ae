"""Work that time brings: each job by itself, at its own pace, on one worker at a time.

A job that fails delays no other, and its next turn comes all the same. Whose turn it is, a lease tells; the
lease runs out when its worker dies. It is renewed when half of it is over, so that most turns cost Redis
nothing. Without Redis every worker takes its turns: what a job does it does in
small transactions under versions, so that two who meet do a thing once. For the same reason a worker that
slept through its lease and goes on does no harm; a job that has much to do asks :meth:`Turn.keep` between two
pieces and stops where the answer is no.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog
from redis.exceptions import RedisError

from kernel.database import Database
from kernel.errors import CurbstopError
from kernel.process.cancelling import heed_cancellation

if TYPE_CHECKING:
    from kernel.web.call import House

log = structlog.get_logger(__name__)

SHORTEST_LEASE_S = 15.0
ASK_AGAIN_S = 3.0
"""How long a worker whose turn it is not waits at least before it asks again."""
SETTLED_S = 10.0
"""After a start phones and desks get this long to come back before what they held is taken from them."""


@dataclass
class Turn:
    """The turns of a job, on this worker."""

    job: Job
    house: House
    _renewed_at: float = field(default=-math.inf, init=False)
    """By the clock that nobody sets; our lease counts from before it was asked for."""

    async def keep(self) -> bool:
        """Whether the turn is still ours; renews it for as long again once half of it is over."""
        now = self.house.clock.monotonic()
        if 0 <= now - self._renewed_at < self.job.lease_ms / 2000:
            return True
        try:
            lease = await self.house.leases.acquire(f"job:{self.job.name}", self.job.lease_ms)
        except (RedisError, OSError):
            return True
        self._renewed_at = now if lease is not None else -math.inf
        return lease is not None


@dataclass(frozen=True)
class Job:
    """Something to be done every ``every_s`` seconds, first ``after_s`` seconds after a start.

    ``name`` is the capability's and the work's (``queue.lost_places``): logs and leases speak of it.
    """

    name: str
    run: Callable[[Turn], Awaitable[object]]
    every_s: float
    after_s: float = 0.0

    @property
    def lease_ms(self) -> int:
        """How long a turn is held; whoever has it renews it well before, by taking the next."""
        return int(max(SHORTEST_LEASE_S, 2 * self.every_s) * 1000)


async def keep_doing(job: Job, house: House) -> None:
    """Take the job's turns until cancelled."""
    turn = Turn(job, house)
    await asyncio.sleep(job.after_s)
    while True:
        heed_cancellation()
        pause_s = job.every_s
        try:
            if await turn.keep():
                await job.run(turn)
            else:
                pause_s = max(pause_s, ASK_AGAIN_S)
        except Exception:
            log.exception("job_failed", job=job.name)
        await asyncio.sleep(pause_s)


async def one_by_one(
    database: Database, command: Callable[..., Awaitable[Any]], ids: Iterable[Any], *given: object
) -> int:
    """Run ``command(uow, *given, id)`` for each of ``ids``, in a transaction of its own.

    Returns how many did something; a command that did nothing answers False. One that was refused, or that
    failed, holds up none of the others: where its cause remains, the next turn meets it again.
    """
    done = 0
    for id in ids:
        try:
            done += await database.run(command, *given, id) is not False
        except CurbstopError as refusal:
            log.info("job_item_refused", what=command.__name__, id=str(id), code=refusal.code)
        except Exception:
            log.exception("job_item_failed", what=command.__name__, id=str(id))
    return done
