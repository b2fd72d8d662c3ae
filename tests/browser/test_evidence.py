"""The evidence of a request, taken from the desk: one whole file, and a page that a person can read."""

from __future__ import annotations

import asyncio
import importlib.util
import zipfile
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from kernel.i18n import STATIC
from tests.browser.test_desk_erased import judged_with_a_still
from tests.rig.browsers import Browsers, ShotTaker
from tests.rig.desk import desk_link, open_desk
from tests.rig.page_checks import assert_accessible
from tests.rig.stack import commanded
from tests.rig.working_day import WorkingDay

pytestmark = pytest.mark.timeout(180)


def faults_in(bundle: Path) -> list[str]:
    spec = importlib.util.spec_from_file_location("verify_bundle", STATIC / "verify_bundle.py")
    assert spec is not None and spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    return list(program.faults(bundle)[0])


async def test_the_bundle_is_taken_from_the_desk_verified_and_read(
    desk: WorkingDay, desk_page: Page, browsers: Browsers, screenshot: ShotTaker, tmp_path: Path
) -> None:
    arrow: dict[str, object] = {"tool": "arrow", "points": [[0.2, 0.2], [0.6, 0.55]]}
    words: dict[str, object] = {"tool": "text", "points": [[0.1, 0.8]], "text": "接头松了"}
    customer, _colleague = await judged_with_a_still(desk, arrow, words)
    here = f"/api/requests/{customer.request_id}"
    async with asyncio.timeout(30):  # by itself, before anybody asks for the bundle
        while not (sealed := await customer.get(f"{here}/evidence"))["entries"]:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    assert {"line", "still", "message"} <= {kind["kind"] for kind in sealed["kinds"]}

    await open_desk(desk_page, await desk_link(desk.app))
    await desk_page.locator(".history summary").click()
    await desk_page.locator(".history-body .mine-row").first.click()
    await desk_page.get_by_role("tab", name="经过").click()
    link = desk_page.get_by_role("link", name="下载证据包")
    await expect(link).to_be_visible()
    await assert_accessible(desk_page)
    await screenshot(desk_page, "desk-evidence")
    async with desk_page.expect_download() as started:
        await link.click()
    bundle = tmp_path / "bundle.zip"
    await (await started.value).save_as(bundle)
    assert faults_in(bundle) == []
    code, _out, said = await asyncio.to_thread(commanded, "verify", bundle, "--key", sealed["key"])
    assert code == 0 and "Whole" in said
    code, _out, said = await asyncio.to_thread(commanded, "verify", bundle, "--key", "0000")
    assert code == 1 and "another key" in said

    unpacked = tmp_path / "bundle"
    zipfile.ZipFile(bundle).extractall(unpacked)
    for name, page in (("desk", await browsers.desk()), ("phone", await browsers.phone())):
        await page.goto((unpacked / "summary.html").as_uri())
        await expect(page.get_by_role("heading", name="服务请求证据")).to_be_visible()
        await expect(page.locator("svg path")).to_have_count(2)
        assert await page.evaluate("document.images[0].naturalWidth") > 100
        await assert_accessible(page)
        await screenshot(page, f"evidence-summary-{name}")


async def test_a_stranger_and_a_garbled_id_get_nothing(desk: WorkingDay) -> None:
    customer, _colleague = await judged_with_a_still(desk)
    stranger = await desk.app.customer()
    for path in ("evidence", "evidence/bundle"):
        refused = await stranger.http.get(f"/api/requests/{customer.request_id}/{path}")
        assert refused.status_code == 404
        nobody = await desk.app.caller().http.get(f"/api/requests/{customer.request_id}/{path}")
        assert nobody.status_code == 401
    key = await desk.app.caller().get("/api/evidence/key")
    assert len(bytes.fromhex(key["public_key"])) == 32
