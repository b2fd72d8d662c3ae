"""Coordinates of a file to WGS-84 degrees. The system is named by whoever knows it, never guessed.

Transformations are PROJ's (https://proj.org). It is asked for no grids that are not on the machine: where the
best transformation needs one, the next best is taken, some metres off at worst, and nothing is fetched. The
shifted coordinates of Chinese maps are taken back by :mod:`field.grid.formats.datum`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from field.grid.formats.datum import wgs84_from_bd09, wgs84_from_gcj02, within_frame
from field.network.files.records import Floats
from kernel.files.findings import Findings, shown

if TYPE_CHECKING:
    from pyproj import CRS

# PROJ is loaded where it is first needed: it costs a start half a second, and most processes never need it.

_CODE: Final = re.compile(r"(?:.*EPSG[:/]{1,2}(?:[0-9.]*[:/])?|)([0-9]{4,6})", re.IGNORECASE | re.DOTALL)
_LON_LAT: Final = re.compile(r"(.*CRS:?84|WGS[ _-]?84)", re.IGNORECASE | re.DOTALL)
_SHIFTED: Final[dict[str, Callable[[Floats], Floats]]] = {"gcj02": wgs84_from_gcj02, "bd09": wgs84_from_bd09}
WGS84: Final = "EPSG:4326"
FARTHEST_NORTH: Final = 85.0
"""Nobody has water mains nearer to a pole, and every web map ends there."""
MOST_NAMED: Final = 200


def named_system(name: str, findings: Findings) -> NamedSystem | None:
    """The system of an EPSG code (``EPSG:3857``, ``urn:ogc:def:crs:EPSG::3857``, ``3857``), or of a Chinese
    map (``gcj02``, ``bd09``); None, with the fault noted, for anything else.
    """
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    bare = name.strip() if len(name) <= MOST_NAMED else ""
    shifted = re.sub(r"[\s_-]", "", bare.lower())
    if shifted in _SHIFTED:
        return NamedSystem(shifted, None)
    found = _CODE.fullmatch(bare)
    code = 4326 if _LON_LAT.fullmatch(bare) else int(found[1]) if found else 0
    try:
        crs = CRS.from_epsg(code) if code else None
    except CRSError:
        crs = None
    if crs is not None and (crs.is_projected or crs.is_geographic) and len(crs.axis_info) >= 2:
        return NamedSystem(f"EPSG:{code}", crs)
    findings.fault("unknown_crs", "file, crs", crs=shown(name))
    return None


@dataclasses.dataclass(frozen=True)
class NamedSystem:
    """A coordinate system. ``crs``: PROJ's; None for those of Chinese maps."""

    code: str
    crs: CRS | None

    def to_degrees(self, xy: Floats, findings: Findings) -> Floats:
        """x, y (east first, whatever the registry's order): float64 [n, 2] → longitude, latitude.

        Where they are no places on earth in this system, one fault says so with the first of them.
        """
        if not len(xy):
            return xy
        places = self._places(xy)
        with np.errstate(invalid="ignore"):
            good = np.isfinite(places).all(axis=1)
            good &= (np.abs(places[:, 0]) <= 180) & (np.abs(places[:, 1]) <= FARTHEST_NORTH)
        if not good.all():
            first = int(np.argmin(good))
            x, y = (round(float(value), 3) for value in xy[first])
            findings.fault("outside_crs", "file, crs", count=int((~good).sum()), x=x, y=y, crs=self.code)
        return places

    def _places(self, xy: Floats) -> Floats:
        if self.crs is None:
            return _SHIFTED[self.code](xy) if within_frame(xy) else np.full_like(xy, np.inf)
        from pyproj import Transformer
        from pyproj.exceptions import ProjError

        transform = Transformer.from_crs(self.crs, WGS84, always_xy=True)
        try:
            lon, lat = transform.transform(xy[:, 0], xy[:, 1], errcheck=False)
        except ProjError:
            return np.full_like(xy, np.inf)
        return np.stack([lon, lat], axis=1)
