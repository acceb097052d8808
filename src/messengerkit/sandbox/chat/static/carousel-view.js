// Cards side by side: they scroll by touch, by keyboard, and by two buttons where there is a mouse.

import { el } from "./dom.js";
import { icon } from "./icons.js";

const SLACK = 4; // px; the ends are not exact, for cards snap to them

/** Return *cards* as a carousel; a single card stands alone. */
export function carouselView(cards) {
  if (cards.length === 1) return el("div", { class: "carousel single" }, cards[0]);
  cards.forEach((card, at) => {
    card.setAttribute("role", "group");
    card.setAttribute("aria-label", `Card ${at + 1} of ${cards.length}`);
  });
  const track = el(
    "div",
    { class: "track", role: "group", "aria-label": `${cards.length} cards`, tabindex: "0" },
    ...cards,
  );
  const previous = arrow("left", "Previous card", () => go(-1));
  const next = arrow("right", "Next card", () => go(1));

  const go = (step) => {
    const width = cards[1].offsetLeft - cards[0].offsetLeft;
    track.scrollBy({ left: step * width, behavior: smooth() });
  };
  const limit = () => {
    // Not `disabled`, which would throw away the focus of whoever has just pressed it.
    previous.setAttribute("aria-disabled", String(track.scrollLeft < SLACK));
    next.setAttribute(
      "aria-disabled",
      String(track.scrollLeft + track.clientWidth >= track.scrollWidth - SLACK),
    );
  };
  track.addEventListener("scroll", limit, { passive: true });
  new ResizeObserver(limit).observe(track);
  return el("div", { class: "carousel" }, track, previous, next);
}

function arrow(way, name, onclick) {
  return el(
    "button",
    { type: "button", class: `round arrow ${way}`, "aria-label": name, title: name, onclick },
    icon(way),
  );
}

function smooth() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
}
