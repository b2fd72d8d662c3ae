"""What each wing offers: its routes, its event handlers, its rules for live topics."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from kernel.outbox import HandlerGroup
from kernel.web import Api
from kernel.web.health import api as health_api
from kernel.web.live import api as live_api
from kernel.web.sessions import api as session_api


def _offered(module: str, name: str) -> list[object]:
    try:
        return [getattr(importlib.import_module(module), name)]
    except ModuleNotFoundError as missing:  # being built
        if missing.name != module:
            raise
        return []


def apis() -> list[Api]:
    """Every declared route and socket of the house."""
    found: list[Api] = [health_api, session_api, live_api]
    for module in ("assist.routes", "assist.webrtc.hub", "field.routes", "field.grid.routes"):
        found += _offered(module, "api")  # type: ignore[arg-type]
    return found


def groups(services: Mapping[type, object]) -> list[HandlerGroup]:
    """Every wing's event handlers, bound to its services."""
    from assist.services import AssistServices
    from field.services import FieldServices

    found: list[HandlerGroup] = []
    for module, kind in (("assist.handlers", AssistServices), ("field.handlers", FieldServices)):
        for group in _offered(module, "group"):
            assert isinstance(group, HandlerGroup)
            found.append(group.bind(services[kind]))
    return found
