"""Times that a phone tells: its clock may be wrong, and what it shows when it sends says by how much."""

from __future__ import annotations

from datetime import datetime, timedelta

SKEW_S = 30.0
"""A phone's clock that is less wrong than this is right: a slow network takes its time too, and differently
each time."""


def skew_of(sent_at: datetime | None, received_at: datetime) -> timedelta:
    """What has to be added to a phone's times; ``sent_at`` is what its clock showed when it sent."""
    if sent_at is None:
        return timedelta(0)
    skew = received_at - sent_at
    return skew if abs(skew.total_seconds()) > SKEW_S else timedelta(0)
