"""What callers send."""

from __future__ import annotations

from pydantic import BaseModel

from kernel.i18n import Language


class BundleQuery(BaseModel):
    """The language of the summary; the caller's where it is not said."""

    language: Language | None = None
