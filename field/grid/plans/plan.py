"""What every plan of an import has: rows ready to be written, and the version of the grid that it was
worked out from. Storing it (:mod:`field.grid.commands`) takes the writer's lock only for the writing."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID

from field.grid.plans.reports import ImportReport, ImportUnconfirmed
from kernel.errors import Fault

Values = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Plan:
    """What both kinds of plan have. `version`: the grid's, on which it stands; `digest`: the file's."""

    version: UUID | None
    report: ImportReport
    digest: str

    def doubting(self, doubts: Sequence[Fault]) -> Self:
        """The same with more to be confirmed."""
        report = dataclasses.replace(self.report, doubts=(*self.report.doubts, *doubts))
        return dataclasses.replace(self, report=report)

    def require(self, confirmed: bool) -> None:
        """Raises:
        ImportUnconfirmed: with every doubt, when there are any and they are not confirmed.
        """
        if self.report.doubts and not confirmed:
            raise ImportUnconfirmed(faults=self.report.doubts)
