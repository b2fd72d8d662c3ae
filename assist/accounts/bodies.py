"""What the register's HTTP API takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from assist.bodies import Body, Words


class AccountsImportQuery(Body):
    """`dry_run`: check, and store nothing. `encoding`: of the file, where it is not sure; its IANA name."""

    dry_run: bool = False
    encoding: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{0,32}$")] = ""


class AccountErasureBody(Body):
    """The account to erase, by its reference."""

    reference: Annotated[Words, Field(min_length=1, max_length=40)]
