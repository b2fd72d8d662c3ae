"""What the house's own files cost is paid by this folder alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.architecture.sources import forget


@pytest.fixture(scope="package", autouse=True)
def read_files() -> Iterator[None]:
    yield
    forget()
