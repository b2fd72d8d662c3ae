"""What this capability's HTTP API takes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from field.bodies import Body


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("one printable line")
    return text


class LookUpBody(Body):
    """Sent as a body, so that nobody's name stands in an address that is logged."""

    by: Literal["address", "meter", "name"]
    words: Annotated[
        str,
        StringConstraints(min_length=2, max_length=80, strip_whitespace=True),
        AfterValidator(_printable),
    ]
