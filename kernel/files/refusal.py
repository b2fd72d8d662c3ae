"""What is answered to a file that has faults."""

from __future__ import annotations

from kernel.errors import Invalid


class ImportRefused(Invalid):
    """The file has faults; nothing of it was taken."""

    code = "import_refused"
