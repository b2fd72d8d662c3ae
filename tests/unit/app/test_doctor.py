"""What ``curbstop doctor`` says of media that phones could never reach."""

from __future__ import annotations

import pytest

from app.doctor import Finding, media_port
from kernel.settings import Settings


async def found(**changed: object) -> Finding:
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
    [
        ("", "127.0.0.1"),
        ("http://localhost:8000", "127.0.0.1"),
        ("https://help.example-water.cn", "203.0.113.7"),
    ],
)
async def test_media_where_the_pages_are(public_url: str, media_host: str) -> None:
    assert (await found(public_url=public_url, media_host=media_host)).verdict == "lacks"


async def test_media_bound_to_every_address_have_to_say_which_one_phones_reach() -> None:
    unsaid = await found(media_host="0.0.0.0")
    assert unsaid.verdict == "bad" and "CURBSTOP_MEDIA_ADDRESSES" in unsaid.words
    said = await found(media_host="0.0.0.0", media_addresses=("203.0.113.7",))
    assert said.verdict == "lacks"
