// A round picture of someone, or their initials where there is none.

import { el } from "./dom.js";
import { webUrl } from "./links.js";
import { initials, shade } from "./text.js";

const SHADES = 8; // as many as chat.css has

/** Return the avatar of who has this *name*, as it came; it is decoration, so the name must be beside it. */
export function avatar({ name, picture = "", seed = name, size = "" }) {
  const letters = el("span", { text: initials(name) });
  const round = el(
    "span",
    { class: `avatar ${size} shade-${shade(seed, SHADES)}`, "aria-hidden": "true" },
    letters,
  );
  const url = webUrl(picture);
  if (url !== null) {
    const image = el("img", {
      src: url,
      alt: "",
      referrerpolicy: "no-referrer",
      onerror: () => image.remove(),
    });
    round.append(image);
  }
  return round;
}
