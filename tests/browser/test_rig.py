"""The camera is what it says, and the checks find the faults they are for."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.async_api import Page

from tests.rig.browsers import Browsers
from tests.rig.camera import HEIGHT, WIDTH, difference, number_in
from tests.rig.foundations import Foundation
from tests.rig.page_checks import assert_accessible, assert_no_sideways_scroll, assert_targets
from tests.rig.stack import RunningApp, running_app

_TAKE = """
async () => {
  const stream = await navigator.mediaDevices.getUserMedia({video: {width: 1280, height: 720}});
  const blob = await new ImageCapture(stream.getVideoTracks()[0]).takePhoto();
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
"""

FAULTY = """<!doctype html><html lang="en"><head><title>Faulty</title></head><body>
<main><h1>Faulty</h1><button></button><button style="width:20px;height:20px">x</button>
<p style="width:900px">too wide</p></main></body></html>"""

IN_TWO_LIGHTS = """<!doctype html><html lang="en"><head><title>Lights</title><style>
body { background: white } p { color: black } [data-theme=dark] p { color: silver }
</style></head><body><main><h1>Lights</h1><p>Hard to read in one of them</p></main></body></html>"""


@pytest.fixture
def app(embedded: Foundation) -> Iterator[RunningApp]:
    with running_app(embedded) as started:
        yield started


async def test_the_phone_s_camera_shows_the_known_pictures(phone_page: Page, app: RunningApp) -> None:
    await phone_page.goto(f"{app.url}/sign-in", wait_until="commit")
    picture = Image.open(io.BytesIO(base64.b64decode(await phone_page.evaluate(_TAKE))))
    assert picture.size == (WIDTH, HEIGHT)
    assert 0 <= number_in(picture) < 30
    assert difference(picture) < 3


async def test_the_checks_find_planted_faults(desk_page: Page) -> None:
    await desk_page.set_content(FAULTY)
    with pytest.raises(AssertionError, match="button-name"):
        await assert_accessible(desk_page)
    with pytest.raises(AssertionError, match="too wide"):
        await assert_no_sideways_scroll(desk_page)
    with pytest.raises(AssertionError, match="20 × 20"):
        await assert_targets(desk_page)


async def test_a_fault_in_one_light_is_found_though_another_was_looked_at_before(desk_page: Page) -> None:
    await desk_page.set_content(IN_TWO_LIGHTS)
    await assert_accessible(desk_page)
    await desk_page.evaluate("document.documentElement.dataset.theme = 'dark'")
    with pytest.raises(AssertionError, match="color-contrast"):
        await assert_accessible(desk_page)
    await desk_page.evaluate("document.documentElement.dataset.theme = 'light'")
    await assert_accessible(desk_page)


async def test_errors_in_a_page_are_noticed(browsers: Browsers) -> None:
    page = await browsers.desk()
    await page.set_content("<script>throw new Error('planted')</script>")
    await page.wait_for_timeout(100)
    assert any("planted" in fault for fault in browsers.faults)
    browsers.tolerate("planted")
