"""A reason: a stable code with parameters, put into words by the reader's language (`reasons.json`)."""

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why something was chosen, refused or coloured. Durations in `params` end in `_s` and are whole
    seconds.
    """

    code: str
    params: Mapping[str, int | str] = dataclasses.field(default_factory=dict)
