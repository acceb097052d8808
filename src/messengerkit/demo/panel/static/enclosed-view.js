// What came with a message, as Meta tells it: media, links, places, templates; nothing is left out.

import { attachmentView } from "./attachment-view.js";
import { cardView } from "./card-view.js";
import "./conversation-icons.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { outwardLink, webUrl } from "./links.js";
import { plain } from "./text.js";

const MEDIA = new Set(["image", "video", "audio", "file"]);
const CALLED = {
  appointment_booking: "Appointment",
  audio: "Audio",
  fallback: "Link",
  file: "File",
  image: "Picture",
  location: "Place",
  post: "Post",
  reel: "Reel",
  share: "Shared post",
  sticker: "Sticker",
  story_mention: "Story that mentions the page",
  template: "Card",
  video: "Video",
};

/** Return what one calls an attachment of this type. */
export const called = (type) => CALLED[type] ?? (plain(type).replaceAll("_", " ") || "Attachment");

/** Return the element that shows *raw*, an attachment; *file* is {url, name, type} if it was sent from here. */
export function enclosedView(raw, file = null) {
  const { type, payload } = raw;
  const url = payload?.url ?? raw.url ?? null;
  if (type === "sticker") return sticker(url);
  if (MEDIA.has(type) && url !== null) return attachmentView({ type, url, name: nameOf(raw, url) });
  if (MEDIA.has(type)) return file === null ? uploaded(raw) : ownFile(file);
  if (type === "template") return cardView(payload ?? {});
  if (type === "location") return place(raw);
  return shared(type, payload?.title ?? raw.title, url, payload);
}

// Meta's own addresses end in the file's name, before their long query.
function nameOf({ type, payload }, url) {
  if (payload?.name) return payload.name;
  if (type !== "file") return "";
  const last = webUrl(url)?.pathname.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

function sticker(url) {
  const view = attachmentView({ type: "image", url, name: "Sticker" });
  view.classList.add("sticker");
  return view;
}

function uploaded({ type }) {
  return el(
    "p",
    { class: "bubble file" },
    icon("file"),
    el("span", { text: `${called(type)}, uploaded to Meta` }),
  );
}

/** Return the element that shows {url, name, type}, a file that was chosen here: its URL is the page's own. */
export function ownFile({ url, name, type }) {
  const src = new URL(url);
  const label = plain(name) || called(type);
  if (type === "image")
    return el("span", { class: "picture" }, el("img", { src, alt: label, onerror: showName }));
  const props = { src, controls: true, preload: "metadata", "aria-label": label };
  if (type === "video") return el("video", { class: "video", playsinline: true, ...props });
  if (type === "audio") return el("audio", { class: "audio", ...props });
  return el("p", { class: "bubble file" }, icon("file"), el("bdi", { text: label }));
}

function showName({ target }) {
  target.parentNode.replaceWith(
    el("p", { class: "bubble file" }, icon("file"), el("bdi", { text: target.alt })),
  );
}

function place({ title, url, payload }) {
  const { lat, long } = payload?.coordinates ?? {};
  const where = Number.isFinite(lat) && Number.isFinite(long) ? `${lat}, ${long}` : "";
  return linkCard(icon("place"), plain(title) || "Place", webUrl(url), where);
}

function shared(type, title, raw, payload) {
  const url = webUrl(raw);
  const name = plain(title) || called(type);
  const more =
    url === null && typeof raw === "string" ? plain(raw) : payload?.status ? plain(payload.status) : "";
  return linkCard(
    icon(url === null ? "file" : "out"),
    name,
    url,
    name === called(type) ? more : more || called(type),
  );
}

function linkCard(sign, name, url, more) {
  const inside = [
    sign,
    el("span", {}, el("bdi", { text: name }), more !== "" && el("bdi", { class: "muted", text: more })),
  ];
  return url === null
    ? el("p", { class: "bubble file" }, ...inside)
    : outwardLink(url, { class: "bubble file" }, ...inside);
}
