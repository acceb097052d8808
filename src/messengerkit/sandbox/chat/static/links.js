// Turns text from outside into links, and only for http, https and paths of this very server.

import { el } from "./dom.js";

// A link ends at what could reorder it on the screen.
const IN_TEXT = /https?:\/\/[^\s<>"\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gi;
const TRAILING = /[.,;:!?'")\]}။၊،؟]+$/u;
const PHONE = /^\+?[0-9][0-9 ().-]{2,30}$/;

/** Return *raw* as a URL that may be shown or opened, or null. */
export function webUrl(raw) {
  if (typeof raw !== "string") return null;
  const path = /^\/(?![/\\])/.test(raw);
  if (!path && !/^https?:\/\//i.test(raw)) return null;
  const url = parsed(raw);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return null;
  return path && url.origin !== location.origin ? null : url;
}

function parsed(raw) {
  try {
    return new URL(raw, location.origin);
  } catch {
    return null;
  }
}

/** Return the tel: URL of a phone number, or null. */
export function phoneUrl(raw) {
  if (typeof raw !== "string" || !PHONE.test(raw)) return null;
  return new URL(`tel:${raw.replace(/[^+0-9]/g, "")}`);
}

/** Return a link that opens beside this page and learns nothing of it. */
export function outwardLink(url, props, ...children) {
  const where = { href: url, target: "_blank", rel: "noopener noreferrer", title: url.href };
  return el("a", { ...where, ...props }, ...children);
}

/** Return *text* as nodes, with its web addresses made into links. */
export function linkified(text) {
  const nodes = [];
  let done = 0;
  for (const found of text.matchAll(IN_TEXT)) {
    const address = found[0].replace(TRAILING, "");
    const url = webUrl(address);
    if (url === null) continue;
    nodes.push(text.slice(done, found.index), outwardLink(url, {}, el("bdi", { text: address })));
    done = found.index + address.length;
  }
  nodes.push(text.slice(done));
  return nodes.filter((node) => node !== "");
}
