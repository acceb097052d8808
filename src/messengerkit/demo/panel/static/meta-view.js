// The line below a message: when it was said, how far it has come, and what can be done about it.

import "./conversation-icons.js";
import { secondsOf } from "./days.js";
import { deliveryOf } from "./delivery-words.js";
import { arrange, attribute, el, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { fullTime, isoTime, timeOfDay } from "./time.js";

/** Return {node, update(message, {told, isLate})} for *message*; *told* says it also where nothing is amiss. */
export function metaView(message, { settle }) {
  const at = secondsOf(message.created_at);
  // In a run of messages only the first tells the time at its head; the others do when looked at.
  const time = el("time", { datetime: isoTime(at), title: fullTime(at), text: timeOfDay(at) });
  const state = el("span", { class: "state" });
  const more = el("span", { class: "advice" });
  const acts = el("span", { class: "acts", hidden: true });
  const node = el("p", { class: "meta" }, time, state, more, acts);
  let drawn = null;
  return {
    node,
    update(now, { told, isLate }) {
      const edited = now.metadata?.edits ? "edited" : "";
      const delivery = deliveryOf(now, { isLate });
      node.classList.toggle("told", (told && delivery !== null) || edited !== "");
      attribute(node, "data-tone", delivery?.tone ?? "calm");
      const look = JSON.stringify([delivery, edited]);
      if (look === drawn) return;
      drawn = look;
      state.replaceChildren(
        ...(edited === "" ? [] : [el("span", { text: edited })]),
        ...(delivery === null ? [] : [icon(delivery.icon), el("span", { text: delivery.words })]),
      );
      say(more, delivery?.more ?? "");
      arrange(
        acts,
        (delivery?.acts ?? []).map((act) => actButton(act, now, settle)),
      );
      show(acts, acts.childElementCount > 0);
    },
  };
}

function actButton({ settlement, label }, { id }, settle) {
  const act = async ({ currentTarget: button }) => {
    button.closest(".message").focus({ preventScroll: true }); // for the button may be about to go
    button.disabled = true;
    await settle(id, settlement);
    button.disabled = false;
  };
  return el("button", { type: "button", class: "quiet small", text: label, onclick: act });
}
