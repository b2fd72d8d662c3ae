"""What a file of zones holds, as JSON."""

from __future__ import annotations

from field.board.views import View
from field.grid.formats.columns import FIELDS, REQUIRED_FIELDS
from field.grid.formats.reading import Inspection


class LayerView(View):
    """`areas`: whether zones can be in it."""

    name: str
    areas: bool


class ColumnView(View):
    """A column, and some of its values."""

    name: str
    samples: list[str]


class HowView(View):
    """Which column holds a field, or the one value of all zones."""

    column: str | None = None
    value: str | None = None


class FieldView(View):
    """What a zone can have."""

    name: str
    required: bool


class InspectionView(View):
    """A file before it is said what its columns mean. `layer` null: one of `layers` has to be chosen.

    `crs`, `crs_title`: the coordinate system as the file names it, an EPSG code and its name, empty where
    it names none; `columns_proposed`: by field, as it was last time or as such columns are mostly called.
    """

    format: str
    layers: list[LayerView]
    layer: str | None
    features: int
    crs: str
    crs_title: str
    encoding: str
    columns: list[ColumnView]
    fields: list[FieldView]
    columns_proposed: dict[str, HowView]


def inspection_view(seen: Inspection, proposed: dict[str, dict[str, str]]) -> InspectionView:
    """An inspection as JSON."""
    return InspectionView(
        format=seen.format,
        layers=[LayerView(name=layer.name, areas=layer.has_areas) for layer in seen.layers],
        layer=seen.layer,
        features=seen.features,
        crs=seen.said,
        crs_title=seen.title,
        encoding=seen.encoding,
        columns=[ColumnView(name=name, samples=list(seen.samples.get(name, ()))) for name in seen.columns],
        fields=[FieldView(name=field, required=field in REQUIRED_FIELDS) for field in FIELDS],
        columns_proposed={field: HowView(**how) for field, how in proposed.items()},
    )
