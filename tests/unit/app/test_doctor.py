"""What ``curbstop doctor`` says of media that phones could never reach."""

from __future__ import annotations

import pytest

from app.doctor import Finding, media_port
from kernel.settings import Settings


async def found(**changed: str | int) -> Finding:
    settings = Settings().model_copy(update={"media_port": 0, **changed})
    [finding] = await media_port(settings)
    return finding


@pytest.mark.parametrize("media_host", ["127.0.0.1", "127.0.0.2"])
async def test_a_public_installation_whose_media_only_this_machine_reaches(media_host: str) -> None:
    finding = await found(public_url="https://help.example-water.cn", media_host=media_host)
    assert finding.verdict == "bad"
    assert "CURBSTOP_MEDIA_HOST" in finding.words


@pytest.mark.parametrize(
    ("public_url", "media_host"),
    [("", "127.0.0.1"), ("http://localhost:8000", "127.0.0.1"), ("https://help.example-water.cn", "0.0.0.0")],
)
async def test_media_where_the_pages_are(public_url: str, media_host: str) -> None:
    assert (await found(public_url=public_url, media_host=media_host)).verdict == "lacks"
