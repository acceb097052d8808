// Says what is wrong: one sentence that stays until it is dismissed, and whether the stream lives.

import { el, say, show } from "./dom.js";
import { icon } from "./icons.js";

const STATES = { opening: "Connecting…", live: "Live", lost: "Connection lost. Trying again…" };

/** Return {update()}, which draws the notice into *place* and the connection into *status*. */
export function noticeView(place, status, store, actions) {
  const sentence = el("p", { role: "alert" });
  const dismiss = el(
    "button",
    {
      type: "button",
      class: "round tiny",
      "aria-label": "Dismiss",
      title: "Dismiss",
      onclick: () => actions.tell(""),
    },
    icon("close"),
  );
  place.append(sentence, dismiss);
  return {
    update() {
      say(sentence, store.notice);
      show(place, store.notice !== "");
      say(status, STATES[store.connection]);
      status.dataset.state = store.connection;
    },
  };
}
