"""What every page must keep: nothing serious for axe, no sideways scroll, targets a thumb can hit."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.rig.browsers import ShotTaker

SERIOUS = {"serious", "critical"}
SMALLEST_WIDTH = 320
LANGUAGES = ("zh-Hant", "en", "zh-Hans")

_AXE = Axe().axe_script
# Only what is wrong is carried over, and no style sheet is fetched again: no rule that is on asks for them.
_AXE_OPTIONS = {"resultTypes": ["violations"], "preload": False}
_LIGHT = "theme => { document.documentElement.dataset.theme = theme }"
_HAS_AXE = "() => 'axe' in window"
# A page keeps axe, which the browser has then compiled: a look costs a quarter. What axe itself keeps of an
# earlier look, colours too, it forgets.
_LOOK = """
async (options) => {
  axe.teardown();
  return (await axe.run(options)).violations;
}
"""

_TOO_SMALL = """
(least) => {
  const seen = (element) => {
    const style = getComputedStyle(element);
    return element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      && style.pointerEvents !== "none" && !element.closest("[inert], [aria-hidden=true]");
  };
  // A link inside a sentence is as high as its line (WCAG 2.2, 2.5.8, exception "inline").
  const inline = (element) => getComputedStyle(element).display === "inline"
    && [...element.parentElement.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim() !== "");
  const targets = document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab]");
  const small = [];
  for (const element of targets) {
    if (!seen(element) || inline(element)) continue;
    // A label around or beside a control is part of what can be hit.
    const boxes = [element, ...(element.labels ?? [])].map((part) => part.getBoundingClientRect());
    const width = Math.max(...boxes.map((box) => box.width));
    const height = Math.max(...boxes.map((box) => box.height));
    if (boxes[0].width === 0 && boxes[0].height === 0) continue;
    if (width < least - 0.5 || height < least - 0.5)
      small.push(`${element.outerHTML.slice(0, 90)} is ${Math.round(width)} × ${Math.round(height)}`);
  }
  return small;
}
"""

_TOO_WIDE = """
() => {
  const width = document.documentElement.clientWidth;
  if (document.scrollingElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > width + 1 && element.checkVisibility())
    .slice(0, 8)
    .map((e) => `${e.outerHTML.slice(0, 90)} ends at ${Math.round(e.getBoundingClientRect().right)}`);
}
"""


_CHOOSE = """
async (language) => {
  const there = document.querySelector("cs-language");
  const choice = there ?? document.querySelector("main").appendChild(document.createElement("cs-language"));
  await choice.choose(language);
  if (!there) choice.remove();
}
"""
_UNTRANSLATED = """
all => all
  .map(e => [e.textContent, ...["aria-label", "title", "placeholder"].map(a => e.getAttribute(a))].join(" "))
  .filter(text =>
    /\\b(common|customer|visit|desk|rep|console|territory|shifts|ahead|figures|counter|announcements|answers|ask|forms|form|reasons|faults|errors)\\.[a-z]/
      .test(text))
"""


async def assert_fit(
    page: Page,
    *,
    screenshot: ShotTaker | None = None,
    name: str = "",
    themes: Iterable[str] = ("light",),
    axe_in: Container[str] = LANGUAGES,
) -> None:
    """A state of a page as everyone meets it: in each language, the last in all ``themes``, and at 320 px.

    Nothing serious for axe, nothing to scroll sideways, nothing too small to hit, no text missing. With a
    ``screenshot``, pictures ``name-language-theme``. Colours do not depend on the words, so other themes are
    looked at in one language; so is, by ``axe_in``, a state that axe has seen in all of them at another
    width. The page is left in the last of :data:`LANGUAGES`.
    """
    for language in LANGUAGES:
        await read_in(page, language)
        for theme in themes if language == LANGUAGES[-1] else ("light",):
            await page.evaluate(_LIGHT, theme)
            if language in axe_in:
                await assert_accessible(page)
            if screenshot:
                await screenshot(page, f"{name}-{language}-{theme}")
        await assert_targets(page)
        await assert_no_sideways_scroll(page)
        written = page.locator("[data-t], [data-t-label], [data-t-placeholder]")
        keys = await written.evaluate_all(_UNTRANSLATED)
        assert not keys, f"texts that are missing in {language}: {keys}"
    await page.evaluate(_LIGHT, "light")


async def read_in(page: Page, language: str) -> None:
    """Change the language in place, by the page's own switch; one is lent where it lies in the settings."""
    await page.evaluate(_CHOOSE, language)
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await expect(page.locator("main:not([aria-busy=true])")).to_be_attached()
    await page.evaluate("document.activeElement?.blur()")


async def assert_accessible(page: Page, *, options: dict[str, Any] | None = None) -> None:
    """axe-core finds nothing serious or critical on the page as it is now.

    It looks for many frames; a page that redraws itself meanwhile leaves it with elements that are gone. So
    what it finds has to be found again.
    """
    found = await _findings(page, options)
    if found:
        again = await _findings(page, options)
        found = {rule: lines for rule, lines in again.items() if rule in found}
    assert not found, f"{page.url} is not accessible:\n" + "\n".join(found.values())


async def _findings(page: Page, options: dict[str, Any] | None) -> dict[str, str]:
    """What axe has to say, by the rule's name."""
    if not await page.evaluate(_HAS_AXE):
        await page.evaluate(_AXE)
    violations = await page.evaluate(_LOOK, _AXE_OPTIONS | (options or {}))
    return {
        v["id"]: f"{v['impact']}: {v['id']}: {v['help']}\n    "
        + "\n    ".join(f"{n['html'][:160]} {n['failureSummary']}" for n in v["nodes"][:4])
        for v in violations
        if v["impact"] in SERIOUS
    }


async def assert_no_sideways_scroll(page: Page, width: int = SMALLEST_WIDTH) -> None:
    """At ``width`` CSS pixels nothing has to be scrolled to the side. The page keeps its size afterwards."""
    before = page.viewport_size
    await page.set_viewport_size({"width": width, "height": 640})
    wide = await page.evaluate(_TOO_WIDE)
    if before is not None:
        await page.set_viewport_size(before)
    assert not wide, f"{page.url} scrolls sideways at {width} px:\n" + "\n".join(wide)


async def assert_targets(page: Page, least: int = 44) -> None:
    """Everything that can be tapped is at least ``least`` CSS pixels in both directions."""
    small = await page.evaluate(_TOO_SMALL, least)
    assert not small, f"{page.url} has targets under {least} px:\n" + "\n".join(small)
