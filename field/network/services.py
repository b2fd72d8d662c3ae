"""What the network's use cases are bound to."""

from __future__ import annotations

import dataclasses

from field.network.store import NetworkCache


@dataclasses.dataclass(frozen=True)
class NetworkServices:
    """``cache``: this process' copy of the current version, built anew after each import."""

    cache: NetworkCache = dataclasses.field(default_factory=NetworkCache)
