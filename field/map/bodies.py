"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from field.bodies import Body, ImportQuery, Moment


class ZonesQuery(Body):
    """`geometry`: false for the properties alone."""

    geometry: bool = True


class ZoneImportQuery(ImportQuery):
    """As of every import; `valid_from`: when its zones become the ones, if not at once."""

    valid_from: Moment | None = None


class InspectionQuery(Body):
    """`encoding`: what the file is in, where it is not UTF-8."""

    encoding: Annotated[str, Field(max_length=40)] | None = None
