// Invites somebody on the telephone: name, number, language, what is wrong; then the link, its QR code, and the word
// that a text message is on its way.

import { button } from "parts/button.js";
import { note } from "parts/chip.js";
import { ask } from "parts/dialog.js";
import { h } from "parts/dom.js";
import { field, segmented } from "parts/field.js";
import { phoneField } from "parts/phone-field.js";
import { i18n, t } from "parts/words.js";
import { formDialog } from "pages/desk/form-dialog.js";

/** @typedef {import("pages/desk/desk.js").Desk} Desk */
/** @typedef {import("pages/desk/views.js").Invitation} Invitation */

const CATEGORIES = ["leak", "no_water", "low_pressure", "dirty_water", "meter", "other"];
const LANGUAGES = [["zh-Hans", "简体中文"], ["zh-Hant", "繁體中文"], ["en", "English"]];

/** @param {Desk} desk */
export async function inviteSomeone(desk) {
  if (document.querySelector("dialog[open]")) return;
  let language = i18n.locale;
  const name = field({ t: "desk.who.name", name: "name", maxlength: 80, autocomplete: "off", required: true });
  const phone = phoneField({ t: "desk.who.phone", hint: "desk.invite.phone_hint", region: desk.page.shell.region });
  const speaks = h("div", { class: "field" }, h("span", { class: "label", t: "desk.invite.language" }),
    segmented({ name: "language", label: "desk.invite.language", value: language, change: (value) => (language = value), options: LANGUAGES.map(([value = "", text = ""]) => ({ value, text })) }));
  const select = h("select", { class: "input" }, CATEGORIES.map((value) => h("option", { value, t: `common.category.${value}`, selected: value === "other" })));
  const category = field({ t: "desk.who.category", name: "category", input: select });
  const trouble = h("div", { role: "alert" });
  /** @type {{invitation: Invitation | null}} */
  const made = { invitation: null };

  const save = async () => {
    const words = name.control.value.trim();
    name.fault(words ? null : "desk.required");
    const number = phone.value();
    if (number === "") phone.fault("desk.required");
    if (!words) name.control.focus();
    if (!words || !number) return false;
    try {
      made.invitation = await desk.api.post("/api/invitations", { name: words, phone: number, language, category: select.value });
      return true;
    } catch (error) {
      trouble.replaceChildren(note({ text: i18n.error(error), tone: "bad", icon: "alert" }));
      return false;
    }
  };
  const submit = button({ t: "desk.invite.send", icon: "send", kind: "primary", type: "submit" });
  await formDialog({ t: "desk.invite.title", body: [h("p", { class: "muted", t: "desk.invite.lead" }), name, phone, speaks, category, trouble], submit, save, focus: name.control });
  if (!made.invitation) return;
  void desk.refresh();
  await showLink(desk, made.invitation, name.control.value.trim());
}

/** @param {Desk} desk @param {import("pages/desk/work.js").Work} work */
export async function inviteAgain(desk, work) {
  const invitation = await desk.api.post(`${work.path}/invitation`, {});
  await showLink(desk, invitation, work.request?.contact.name ?? "");
}

/** The link can be seen this once. @param {Desk} desk @param {Invitation} invitation @param {string} name */
async function showLink(desk, invitation, name) {
  const link = h("input", { class: "input number", readonly: true, value: invitation.link, label: "desk.invite.link", on: { focus: (event) => event.target.select() } });
  const copy = button({
    icon: "copy", t: "common.copy",
    action: async () => {
      await navigator.clipboard.writeText(invitation.link);
      /** @type {HTMLElement} */ (copy.querySelector("span")).textContent = t("common.copied");
    },
  });
  const answer = await ask({
    t: "desk.invite.done", params: { name },
    body: [
      note({ t: "desk.invite.sms", tone: "ok", icon: "send" }),
      h("div", { class: "invite-link" },
        h("img", { class: "qr", src: picture(invitation.qr_svg), alt: t("desk.invite.qr") }),
        h("div", { class: "stack tight grow" }, h("p", { class: "small muted", t: "desk.invite.read_out" }), link, copy,
          h("p", { class: "small", t: "desk.invite.until", params: { time: i18n.time(invitation.expires_at, { weekday: "short", hour: "2-digit", minute: "2-digit" }) } }),
          h("p", { class: "small muted", t: "desk.invite.once" }))),
    ],
    actions: [{ value: "open", t: "desk.invite.open" }, { value: "done", t: "common.done", kind: "primary" }],
  });
  if (answer === "open") desk.show(invitation.request_id);
}

/** @param {string} svg */
function picture(svg) {
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
