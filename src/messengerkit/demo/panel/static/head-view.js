// The head of a conversation: who it is, who has it, since when they wait, and what can be done with it.

import { avatar } from "./avatar.js";
import "./conversation-icons.js";
import { el, say } from "./dom.js";
import { buttonsOf } from "./head-buttons.js";
import { factsOf } from "./head-facts.js";
import { refusable } from "./head-refusal.js";
import { icon } from "./icons.js";
import { plain } from "./text.js";

const BACK = {
  type: "button",
  class: "round back",
  "aria-label": "Back to the list",
  title: "Back to the list",
};

/**
 * Return {node, update(conversation, {name, picture, me, now, alertHours, isSupervisor}), focus()}.
 * *acts*: `control(action, options)`, `setPriority(number)`, `audit()`, `leave()`; the first two
 * raise what refuses them.
 */
export function headView(acts) {
  const title = el("h2", { tabindex: "-1", dir: "auto" }, el("span"));
  const ids = el("p", { class: "ids muted" });
  const face = el("span", { class: "portrait" });
  const doing = refusable(acts);
  const buttons = buttonsOf(acts, doing);
  const facts = factsOf(acts, doing);
  const node = el(
    "header",
    { class: "head" },
    el(
      "div",
      { class: "head-top" },
      el("button", { ...BACK, onclick: acts.leave }, icon("left")),
      face,
      el("div", { class: "who" }, title, ids),
      buttons.node,
    ),
    facts.node,
    doing.node,
    ...buttons.layers,
  );
  let drawn = null;
  const focus = () => title.focus({ preventScroll: true });
  doing.node.addEventListener("click", ({ target }) => target.closest("button") && focus()); // they go with the click
  return {
    node,
    focus,
    update(conversation, about) {
      say(title.firstChild, about.name);
      say(ids, `PSID ${plain(conversation.psid)} · Page ${plain(conversation.page_id)}`);
      const look = `${about.name} ${about.picture}`;
      if (look !== drawn)
        face.replaceChildren(
          avatar({ name: about.name, picture: about.picture ?? "", seed: conversation.psid }),
        );
      drawn = look;
      buttons.update(conversation, about);
      facts.update(conversation, about);
      doing.update(conversation, about.me);
    },
  };
}
