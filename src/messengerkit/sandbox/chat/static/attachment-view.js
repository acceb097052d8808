// Pictures, videos, sounds and files of a message; what cannot be shown is named.

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { outwardLink, webUrl } from "./links.js";
import { plain } from "./text.js";

const SHOWN = { image: picture, video, audio };
const CALLED = { image: "Picture", video: "Video", audio: "Audio", file: "File" };

/** Return the element that shows *attachment*: {type, url, name}. */
export function attachmentView({ type, url: raw, name }) {
  const title = plain(name) || CALLED[type] || plain(type) || "Attachment";
  const url = webUrl(raw);
  if (url === null) return unreachable(title, raw);
  return (SHOWN[type] ?? file)(url, title);
}

function picture(url, title) {
  const link = outwardLink(url, { class: "picture" });
  const image = el("img", {
    src: url,
    alt: title,
    referrerpolicy: "no-referrer",
    onerror: () => {
      link.replaceWith(file(url, title));
    },
  });
  link.append(image);
  return link;
}

function video(url, title) {
  return player("video", url, title, { playsinline: true });
}

function audio(url, title) {
  return player("audio", url, title);
}

function player(kind, url, title, more = {}) {
  const props = { class: kind, src: url, controls: true, preload: "metadata", "aria-label": title, ...more };
  const node = el(kind, { ...props, onerror: () => node.replaceWith(file(url, title)) });
  return node;
}

function file(url, title) {
  return outwardLink(url, { class: "bubble file" }, icon("file"), el("bdi", { text: title }));
}

function unreachable(title, raw) {
  const where = typeof raw === "string" ? plain(raw) : "";
  return el(
    "p",
    { class: "bubble file" },
    icon("file"),
    el("span", {}, el("bdi", { text: title }), where && el("bdi", { class: "muted", text: where })),
  );
}
