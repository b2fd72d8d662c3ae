"""What the HTTP API of this wing takes. Unknown fields are refused; so are characters no database keeps."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def _printable(text: str) -> str:
    if _UNPRINTABLE.search(text):
        raise ValueError("control characters cannot be kept")
    return text


Language: TypeAlias = Literal["zh-Hans", "zh-Hant", "en"]


Words = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_printable)]


Name = Annotated[Words, Field(max_length=80)]


Line = Annotated[Words, Field(max_length=120)]


Phone = Annotated[Words, Field(max_length=40)]


Note = Annotated[Words, Field(max_length=2000)]


Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


Version = Annotated[int, Field(ge=1, lt=1 << 31)]


class Body(BaseModel):
    """Any body."""

    model_config = ConfigDict(extra="forbid")


class VersionBody(Body):
    """The version that the caller has seen, if it matters to them."""

    version: Version | None = None
