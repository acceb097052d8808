// The buttons of templates: each does what it would do in Messenger, or is shown and does nothing.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { outwardLink, phoneUrl, webUrl } from "./links.js";
import { plain } from "./text.js";

const label = (title) => el("bdi", { text: title });

/** Return the list of *buttons*, or null if there are none; *tap* is called with payload and title. */
export function buttonsView(buttons, tap) {
  if (!Array.isArray(buttons) || buttons.length === 0) return null;
  return el("div", { class: "buttons" }, ...buttons.map((button) => buttonView(button, tap)));
}

function buttonView(button, tap) {
  const title = plain(button.title);
  if (button.type === "postback") {
    return el("button", { type: "button", onclick: () => tap(button.payload, button.title) }, label(title));
  }
  if (button.type === "phone_number") return phone(button.payload, title);
  if (button.type === "web_url") return web(button.url, title);
  if (button.type === "account_link") return web(button.url, "Log in");
  return inert(title || plain(button.type) || "Button", button.payload);
}

function web(raw, title) {
  const url = webUrl(raw);
  return url === null ? inert(title, raw) : outwardLink(url, {}, label(title), icon("out"));
}

function phone(raw, title) {
  const url = phoneUrl(raw);
  return url === null
    ? inert(title, raw)
    : el("a", { href: url, title: url.href }, label(title), icon("phone"));
}

function inert(title, detail) {
  const more = plain(detail);
  return el("span", { class: "inert" }, label(title), more && el("bdi", { class: "muted", text: more }));
}
