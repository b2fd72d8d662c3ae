"""What the register shows of itself, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from assist.request.views import View


class AccountsView(View):
    """How many accounts there are, and when the last file came in; `at` is null before the first."""

    accounts: int
    at: datetime | None


class AccountWarningView(View):
    """Something odd in a file that did not stop it."""

    code: str
    where: str
    params: dict[str, Any]


class AccountsReportView(View):
    """What an import did, or with `dry_run` would do; `accounts`: how many there are then."""

    dry_run: bool
    added: int
    changed: int
    unchanged: int
    accounts: int
    warnings: list[AccountWarningView]
    encoding: str
    sample: list[str]
