"""A made-up city's day from the first call to the last proof, played from outside: a burst main, somebody
ill, tasks declined, answers lost on the way. Nothing is lost, nothing doubled.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.simulate.city import make_city
from app.simulate.clock import DayClock
from app.simulate.day import OPENS_S, Wishes, plan_day
from app.simulate.installation import hire_in
from app.simulate.player import Player
from tests.rig.foundations import Foundation
from tests.rig.stack import running_app

SCALE = 300.0
ZONE = "Asia/Shanghai"
PREPARED_S = 40


@pytest.mark.timeout(400)
async def test_a_day_of_forty_tasks(foundation: Foundation) -> None:
    city = make_city(24, 12, seed=4)
    day = plan_day(city, Wishes(tasks=40, hours=6, ill=1, burst=6, declines=0.2), seed=4)
    midnight = datetime.now(ZoneInfo(ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
    origin = midnight + timedelta(seconds=OPENS_S - PREPARED_S * SCALE), datetime.now(UTC)
    told = "/".join(moment.isoformat() for moment in origin)
    clock = DayClock(*origin, SCALE)
    settings = {"clock_scale": str(SCALE), "clock_origin": told, "timezone": ZONE, "session_hours": "48"}
    workers = 2 if foundation.kind == "full" else 1
    with running_app(foundation, workers=workers, nodes=0, cold=False, **settings) as app:
        async with app.database() as database:
            staff = await hire_in(database, technicians=4)
        player = Player(app.url, city, day, clock, midnight, staff, "apply", 0.2, print)
        try:
            await player.set_up()
            await clock.until(midnight + timedelta(seconds=OPENS_S))
            await player.play()
            _stored, found = await player.judge()
        finally:
            player.close()
    ledger = player.ledger
    assert found == []
    assert ledger.faults() == {} and ledger.unsure == []
    assert len(ledger.absent) == 1 and ledger.declined.total() >= 1
    assert sum(key.startswith("burst") for key in ledger.created.values()) == 6
    assert len(ledger.done) >= 5 and ledger.kept.total() > 100, "they did work, and were seen"
