"""Real Chromiums: a phone and a desk, each a profile of its own, with a camera that is known.

* ``browsers``: opens as many pages as a test wants (``await browsers.phone()``, ``await browsers.desk()``);
* ``phone_page``, ``desk_page``: one of each;
* ``screenshot(page, name)``: into ``screenshots/<name>.png``, which is not committed, where ``PICTURES=1``
  asks for it: a picture costs more than all that is looked for on the page.

A page that throws, logs an error, or breaks its content policy fails the test at its end, unless the test has
said ``browsers.tolerate("part of the message")``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    async_playwright,
    expect,
)

from tests.rig.browser_servers import BrowserServers
from tests.rig.camera import Camera
from tests.rig.need import require

CHROMIUM = "/usr/bin/chromium"
SHELL = "/usr/bin/chromium-headless-shell"
"""The same browser without its windows, which nobody sees here: a page costs a tenth of the processor."""
PICTURES = os.environ.get("PICTURES") == "1"
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
FLAGS = (
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
)
PERMISSIONS = ["camera", "microphone", "geolocation", "notifications"]
PLACE = {"longitude": 7.4246, "latitude": 43.7384, "accuracy": 12.0}
"""Where the test phone is: the middle of the demo city."""

expect.set_options(timeout=10_000)  # two tests may share the machine; promises in seconds are made explicitly

ShotTaker = Callable[[Page, str], Awaitable[None]]


class Browsers:
    """Opens pages, phones in one Chromium and desks in another, and keeps what went wrong in them."""

    def __init__(self, playwright: Playwright, servers: BrowserServers) -> None:
        self._playwright = playwright
        self._servers = servers
        self._program = SHELL if Path(SHELL).exists() else CHROMIUM
        self._open: dict[str, Browser] = {}
        self._tolerated: list[str] = []
        self.faults: list[str] = []

    async def phone(self, *, language: str = "zh-CN", permissions: bool = True, **options: Any) -> Page:
        """A page in a phone: touch, small, rear camera. ``options`` are Playwright's, of a new context."""
        profile = dict(self._playwright.devices["Pixel 7"])
        profile.pop("default_browser_type", None)
        return await self._page("phone", language, permissions, {**profile, **options})

    async def desk(self, *, language: str = "zh-CN", permissions: bool = True, **options: Any) -> Page:
        """A page on a desk: 1440 × 900, mouse and keyboard."""
        return await self._page(
            "desk", language, permissions, {"viewport": {"width": 1440, "height": 900}, **options}
        )

    def be_whole(self) -> None:
        """From now on open pages in Chromium as people have it: with notifications, for instance."""
        self._program = CHROMIUM

    def tolerate(self, part: str) -> None:
        """Let errors pass whose text contains ``part``."""
        self._tolerated.append(part)

    async def context(self, name: str, **options: Any) -> BrowserContext:
        """A fresh profile in the browser ``name`` (started if need be)."""
        if name not in self._open:
            self._open[name] = await self._playwright.chromium.connect(
                self._servers.address(name, self._program)
            )
        return await self._open[name].new_context(**options)

    async def _page(self, name: str, language: str, permissions: bool, options: dict[str, Any]) -> Page:
        granted = {"permissions": PERMISSIONS, "geolocation": PLACE} if permissions else {}
        context = await self.context(
            name,
            locale=language,
            timezone_id=options.pop("timezone_id", "Europe/Monaco"),
            ignore_https_errors=True,
            reduced_motion="reduce",  # what is measured has come to rest
            **granted,
            **options,
        )
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self._note(f"{name}: {error.stack or error}"))
        page.on("console", lambda message: self._console(name, message))
        return page

    def _console(self, name: str, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"{name}: {message.text} ({message.location.get('url', '')})")

    def _note(self, text: str) -> None:
        if not any(part in text for part in self._tolerated):
            self.faults.append(text)

    async def close(self) -> None:
        for browser in self._open.values():
            for context in browser.contexts:
                await context.close()
            await browser.close()  # lets go of it: it stays for the next test


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Camera:
    return Camera.make(tmp_path_factory.mktemp("camera"))


@pytest.fixture(scope="session")
def browser_servers(camera: Camera, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserServers]:
    film = f"--use-file-for-fake-video-capture={camera.film}"
    made = BrowserServers(tmp_path_factory.mktemp("browsers"), [*FLAGS, film])
    yield made
    made.close()


@pytest.fixture
async def browsers(browser_servers: BrowserServers) -> AsyncIterator[Browsers]:
    require("chromium", "cjk-fonts")
    async with async_playwright() as playwright:
        opened = Browsers(playwright, browser_servers)
        try:
            yield opened
        finally:
            await opened.close()
    faults = [fault for fault in opened.faults if not any(part in fault for part in opened._tolerated)]
    assert not faults, "errors in the browser:\n" + "\n".join(faults)


@pytest.fixture
async def phone_page(browsers: Browsers) -> Page:
    return await browsers.phone()


@pytest.fixture
async def desk_page(browsers: Browsers) -> Page:
    return await browsers.desk()


@pytest.fixture
def screenshot() -> ShotTaker:
    """Take a picture of what a person sees, where somebody wants to look at it."""

    async def take(page: Page, name: str) -> None:
        if PICTURES:
            await page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")

    return take
