"""What this capability's HTTP API takes."""

from __future__ import annotations

from field.bodies import Body


class ZonesQuery(Body):
    """`geometry`: false for the properties alone."""

    geometry: bool = True
