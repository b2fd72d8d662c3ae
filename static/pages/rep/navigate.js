// The way there, in whichever map app the phone has.

import { h } from "parts/dom.js";
import { sheet } from "parts/dialog.js";
import { icon } from "parts/icon.js";

/** @param {import("pages/rep/overlay.js").Task} task @param {import("parts/page.js").Page} page */
export async function navigate(task, page) {
  const to = `${task.lat},${task.lon}`;
  const links = [
    { t: "rep.navigate.app", href: `geo:${to}?q=${to}(${encodeURIComponent(task.address)})` },
    { t: "rep.navigate.apple", href: `https://maps.apple.com/?daddr=${to}` },
    { t: "rep.navigate.amap", href: `https://uri.amap.com/navigation?to=${task.lon},${task.lat},${encodeURIComponent(task.address)}&coordinate=wgs84` },
  ];
  const body = h("div", { class: "rows" }, links.map(({ t, href }) =>
    h("a", { class: "row", href, target: "_blank", rel: "noopener noreferrer" }, icon("navigate"), h("span", { class: "grow", t }), icon("next"))));
  const answer = await sheet({ t: "rep.navigate", body: [body], actions: [{ value: "copy", t: "rep.navigate.copy", icon: "copy" }] });
  if (answer !== "copy") return;
  await navigator.clipboard.writeText(`${task.address} (${to})`);
  page.toast.show({ t: "common.copied" });
}
