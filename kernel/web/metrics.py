"""What Prometheus may know: counts and durations by route, never by person."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram

CALLS = Counter("curbstop_http_requests_total", "HTTP calls", ["method", "route", "status"])
SECONDS = Histogram(
    "curbstop_http_request_seconds",
    "Duration of HTTP calls",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
SOCKETS = Gauge("curbstop_open_sockets", "Open WebSockets", ["route"])
OUTBOX_AGE = Gauge("curbstop_outbox_oldest_seconds", "Age of the oldest event not yet handled by all")


@contextmanager
def observed(method: str, route: str) -> Iterator[Callable[[int], None]]:
    """Time a call; the caller says with which status it ended."""
    started = time.perf_counter()
    status = 500

    def record(code: int) -> None:
        nonlocal status
        status = code

    try:
        yield record
    finally:
        CALLS.labels(method, route, status).inc()
        SECONDS.labels(method, route).observe(time.perf_counter() - started)
