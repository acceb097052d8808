// Says what went wrong: one sentence that stays until it is dismissed.

import { el, say, show } from "./dom.js";
import { icon } from "./icons.js";

/** Return {update()}, which draws the notice of *store* into *place*. */
export function noticeView(place, store) {
  const sentence = el("p", { role: "alert" });
  const dismiss = {
    type: "button",
    class: "round tiny",
    "aria-label": "Dismiss",
    title: "Dismiss",
    onclick: () => store.tell(""),
  };
  place.append(sentence, el("button", dismiss, icon("close")));
  return {
    update() {
      say(sentence, store.notice);
      show(place, store.notice !== "");
    },
  };
}
