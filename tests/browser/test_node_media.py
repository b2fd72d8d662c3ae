"""Two pages of a real Chromium call each other through the media node, once with VP8 and once with H.264."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from assist.webrtc.control import control
from assist.webrtc.node.config import NodeConfig
from assist.webrtc.node.media_node import MediaNode
from assist.webrtc.node.service.serve import running
from tests.rig.browsers import CHROMIUM, FLAGS
from tests.rig.need import require

PAGE = """<!doctype html><video autoplay muted playsinline></video><script>
const pc = new RTCPeerConnection();
const stream = new MediaStream();
let receive = {};
pc.ontrack = event => {
  stream.addTrack(event.track);
  document.querySelector("video").srcObject = stream;
};
async function negotiate(options) {
  await pc.setLocalDescription(await pc.createOffer(options));
  if (pc.iceGatheringState !== "complete") {
    await new Promise(done => {
      pc.addEventListener("icegatheringstatechange", () => pc.iceGatheringState === "complete" && done());
      setTimeout(done, 1500);
    });
  }
  const answer = JSON.parse(await window.answer(pc.localDescription.sdp, JSON.stringify(receive)));
  await pc.setRemoteDescription({type: "answer", sdp: answer.sdp});
  return answer;
}
window.publish = async codec => {
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 480}});
  for (const track of media.getTracks()) {
    const line = pc.addTransceiver(track, {direction: "sendonly", streams: [media]});
    if (track.kind === "video") {
      const known = RTCRtpSender.getCapabilities("video").codecs;
      line.setCodecPreferences(known.filter(c => [`video/${codec}`, "video/rtx"].includes(c.mimeType)));
    }
  }
  return negotiate();
};
window.view = async peer => {
  for (const kind of ["audio", "video"]) {
    const line = pc.addTransceiver(kind, {direction: "recvonly"});
    await pc.setLocalDescription(await pc.createOffer());
    receive[line.mid] = {peer, kind};
  }
  return negotiate();
};
window.restart = () => negotiate({iceRestart: true});
window.figures = async () => {
  const out = {connection: pc.connectionState};
  (await pc.getStats()).forEach(item => {
    if (["inbound-rtp", "outbound-rtp"].includes(item.type)) out[`${item.type}-${item.kind}`] = item;
    if (item.type === "candidate-pair" && item.nominated) out.pair = item;
  });
  return out;
};
</script>"""

pytestmark = [pytest.mark.alone, pytest.mark.timeout(120)]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    require("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, "--mute-audio"])
        yield browser
        await browser.close()


async def open_page(browser: Browser, node: MediaNode, name: str) -> Page:
    page = await browser.new_page()

    async def answer(text: str, receive: str) -> str:
        bound = {mid: control.Source(**source) for mid, source in json.loads(receive).items()}
        reply = node.offer(control.Offer("room", name, text, bound))
        return json.dumps({"sdp": reply.sdp, "refused": dict(reply.refused)})

    await page.expose_function("answer", answer)
    await page.route("**/*", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    await page.goto("http://127.0.0.1:9/")
    return page


async def figures(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate("figures()")
    return found


async def decoded(page: Page, at_least: int, seconds: float = 20.0) -> dict[str, Any]:
    """Wait until this many frames have been decoded."""
    async with asyncio.timeout(seconds):
        while True:
            found = await figures(page)
            if found.get("inbound-rtp-video", {}).get("framesDecoded", 0) >= at_least:
                return found
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_pictures_go_through_the_node(browser: Browser, codec: str) -> None:
    events: list[control.Event] = []
    async with running(NodeConfig("browser", peer_timeout_s=4.0), events.append) as node:
        phone = await open_page(browser, node, "phone")
        assert await phone.evaluate(f"publish('{codec}')")
        desk = await open_page(browser, node, "desk")
        answer = await desk.evaluate("view('phone')")
        assert answer["refused"] == {}
        first = await decoded(desk, 10)
        later = await decoded(desk, first["inbound-rtp-video"]["framesDecoded"] + 30)
        assert later["inbound-rtp-audio"]["packetsReceived"] > 20
        sent = await figures(phone)
        assert sent["outbound-rtp-video"]["frameWidth"] in (320, 480, 640)
        # The phone's own estimator ran on our feedback: it is what makes an uplink estimate appear at all.
        assert sent["pair"]["availableOutgoingBitrate"] > 100_000
        assert node.reports.feedbacks_out > 0
        # An ICE restart on either side does not stop the picture.
        for page in (phone, desk):
            await page.evaluate("restart()")
            before = (await figures(desk))["inbound-rtp-video"]["framesDecoded"]
            await decoded(desk, before + 20)
        await phone.close()
        # A browser that is closed says nothing: silence tells.
        gone = control.PeerDisconnected("browser", "room", "phone", "timeout")
        async with asyncio.timeout(15):
            while gone not in events:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
