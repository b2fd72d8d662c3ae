"""What is said beside a file of zones: by the text fields of a form, or on the command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from field.bodies import Body, Code, Line
from field.grid.files.borders.mends import MOST
from field.grid.formats.columns import FIELDS
from kernel.errors import Fault, Invalid

MANY = 4 * len(FIELDS)
TOLD = 32


class ColumnBody(Body):
    """Which column holds a field, or the one value of all zones."""

    column: Line | None = None
    value: Line | None = None

    @model_validator(mode="after")
    def one_of_them(self) -> ColumnBody:
        if (self.column is None) == (self.value is None):
            raise ValueError("either a column or a value")
        return self


class ZoneFileFields(Body):
    """The text fields beside a file of zones, each of them JSON: which `layer`, which `columns` hold what,
    which `mends` were picked."""

    layer: Line | None = None
    columns: Annotated[dict[Code, ColumnBody], Field(max_length=MANY)] | None = None
    mends: Annotated[
        tuple[Annotated[str, StringConstraints(max_length=60)], ...], Field(max_length=MOST)
    ] = ()

    @field_validator("columns")
    @classmethod
    def known(cls, columns: Mapping[str, ColumnBody] | None) -> Mapping[str, ColumnBody] | None:
        if unknown := sorted(set(columns or ()) - set(FIELDS)):
            raise ValueError(f"no such field: {', '.join(unknown[:8])}")
        return columns

    def said(self) -> dict[str, Any]:
        """As :class:`field.grid.plans.reports.Asked` has it."""
        columns = self.columns
        return {
            "layer": self.layer,
            "columns": columns
            and {field: how.model_dump(exclude_none=True) for field, how in columns.items()},
            "mends": tuple(self.mends),
        }


def zone_file_fields(texts: Mapping[str, str]) -> ZoneFileFields:
    """The fields, each of them JSON but for the layer's name; empty ones are not there.

    Raises:
        Invalid: with every fault.
    """
    values: dict[str, Any] = {}
    for name, text in texts.items():
        if not text:
            continue
        if name == "layer":
            values[name] = text
            continue
        try:
            values[name] = json.loads(text)
        except (ValueError, RecursionError):
            raise Invalid(faults=[Fault("not_json", f"form.{name}", "this is not JSON")]) from None
    try:
        return ZoneFileFields.model_validate(values)
    except ValidationError as error:
        told = [
            _fault(".".join(map(str, each["loc"])), each["msg"]) for each in error.errors(include_url=False)
        ]
        raise Invalid(faults=told[:TOLD]) from None


def _fault(where: str, problem: str) -> Fault:
    params = {"field": f"form.{where[:64]}", "problem": problem[:300]}
    return Fault("field_invalid", params["field"], params["problem"], params)
