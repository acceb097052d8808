// A template as the person sees it, but for its buttons: those are only told, for they are not the admin's.

import { attachmentView } from "./attachment-view.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { linkified, outwardLink, phoneUrl, webUrl } from "./links.js";
import { plain } from "./text.js";

/** Return the element that shows *payload*, a template's. */
export function cardView(payload) {
  const elements = listOf(payload.elements ?? payload.product?.elements);
  if (elements.length > 0) return el("div", { class: "cards" }, ...elements.map((one) => card(one)));
  return card({ ...payload, title: payload.title ?? payload.text });
}

function card(one) {
  const { title, subtitle, text, buttons, image_url: image, default_action: action } = one;
  const { url, media_type: type, template_type: kind } = one;
  const said = title ?? text ?? "";
  const goal = webUrl(action?.url);
  return el(
    "div",
    { class: "card" },
    picture(image),
    url && attachmentView({ type: type ?? "file", url, name: "" }),
    said !== "" && el("p", { class: "title", dir: "auto" }, ...linkified(String(said))),
    subtitle && el("p", { class: "subtitle", dir: "auto", text: String(subtitle) }),
    goal && outwardLink(goal, { class: "host" }, el("bdi", { text: goal.host })),
    said === "" && !url && el("p", { class: "subtitle", text: `Template “${plain(kind) || "card"}”` }),
    buttonList(buttons),
  );
}

function picture(raw) {
  const url = webUrl(raw);
  if (url === null) return null;
  const vanish = ({ target }) => target.remove();
  return el("img", { class: "wide", src: url, alt: "", referrerpolicy: "no-referrer", onerror: vanish });
}

function buttonList(buttons) {
  const known = listOf(buttons);
  if (known.length === 0) return null;
  return el(
    "ul",
    { class: "card-buttons", "aria-label": "Buttons" },
    ...known.map((one) => el("li", {}, told(one))),
  );
}

function told({ type, title, url: raw, payload }) {
  const url = type === "phone_number" ? phoneUrl(payload) : webUrl(raw);
  const name = el("bdi", { text: plain(title) || plain(type) });
  return url === null ? name : outwardLink(url, {}, name, icon(type === "phone_number" ? "phone" : "out"));
}

const listOf = (value) => (Array.isArray(value) ? value.filter((one) => one && typeof one === "object") : []);
