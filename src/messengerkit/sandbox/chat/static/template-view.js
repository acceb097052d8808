// Templates: button, generic and media look as in Messenger, all others are told line by line.

import { attachmentView } from "./attachment-view.js";
import { buttonsView } from "./button-view.js";
import { carouselView } from "./carousel-view.js";
import { el } from "./dom.js";
import { linkified, outwardLink, webUrl } from "./links.js";
import { plain } from "./text.js";

const VIEWS = { button: buttonTemplate, generic, media };

/** Return the element that shows the template of *message*; *tap* is called with payload and title. */
export function templateView(message, tap) {
  const payload = message.template;
  const view = VIEWS[payload.template_type];
  const elements = payload.elements;
  const whole = payload.template_type === "button" || (Array.isArray(elements) && elements.length > 0);
  return view && whole ? view(payload, tap, message.attachments ?? []) : lines(payload);
}

function buttonTemplate({ text, buttons }, tap) {
  const said = el("p", { class: "said", dir: "auto" }, ...linkified(String(text ?? "")));
  return el("div", { class: "card" }, said, buttonsView(buttons, tap));
}

function generic({ elements, image_aspect_ratio: ratio }, tap) {
  return carouselView(elements.map((element) => card(element, tap, ratio === "square")));
}

function card({ title, subtitle, image_url: image, default_action: action, buttons }, tap, square) {
  const url = webUrl(image);
  const goal = webUrl(action?.url);
  const heading = el("p", { class: "title", dir: "auto" }, el("bdi", { text: plain(title) }));
  const head = el(
    "div",
    { class: "head" },
    url &&
      el("img", {
        class: square ? "square" : "wide",
        src: url,
        alt: "",
        referrerpolicy: "no-referrer",
        onerror: ({ target }) => target.remove(),
      }),
    image && url === null && el("p", { class: "muted", text: plain(image) }),
    heading,
    subtitle && el("p", { class: "subtitle", dir: "auto", text: subtitle }),
    goal && el("bdi", { class: "host", text: goal.host }),
  );
  const top = goal === null ? head : outwardLink(goal, { class: "whole" }, head);
  return el("div", { class: "card" }, top, buttonsView(buttons, tap));
}

// The sandbox resolves an attachment's id into a URL; a template of Facebook's own URL has none.
function media({ elements: [element] }, tap, [resolved]) {
  const type = element.media_type;
  const url = resolved?.url ?? element.url;
  const shown = resolved === undefined && /facebook\.com/i.test(url ?? "") ? "file" : type;
  const name = resolved?.name || (url ? "" : `${type} ${element.attachment_id ?? ""}`);
  return el(
    "div",
    { class: "card" },
    attachmentView({ type: shown, url, name: name || type }),
    buttonsView(element.buttons, tap),
  );
}

function lines(payload) {
  const told = [...leaves(payload)].map(([path, value]) =>
    el(
      "p",
      { dir: "auto" },
      el("span", { class: "muted", text: `${path}: ` }),
      el("bdi", {}, ...linkified(value)),
    ),
  );
  return el("div", { class: "card lines" }, ...told);
}

function* leaves(value, path = "") {
  if (value === null || typeof value !== "object") {
    yield [plain(path), String(value)];
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    const name = Array.isArray(value) ? String(Number(key) + 1) : key.replaceAll("_", " ");
    yield* leaves(inner, path ? `${path} › ${name}` : name);
  }
}
