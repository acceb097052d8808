// The buttons in the head of a conversation: take it, give it back, settle it, and what is done seldom.

import { escalateDialog, resolveDialog } from "./control-dialogs.js";
import "./conversation-icons.js";
import { el, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { opens, popover } from "./popover.js";
import { plain } from "./text.js";

const MORE = { type: "button", class: "round", "aria-label": "More", title: "More" };

/** Return {node, layers, update(conversation, {me, isSupervisor})}; *doing* is what head-refusal.js makes. */
export function buttonsOf(acts, doing) {
  let isMine = false;
  // One button for both, so that whoever pressed it keeps the focus.
  const [verb, from] = [el("span"), el("span", { class: "from" })];
  const hold = button(
    "",
    ({ detail }) => {
      if (detail > 1) return; // the second click of two would take back what the first has done
      if (isMine) doing.control("release_human", "release it");
      else take();
    },
    "quiet hold",
  );
  hold.append(verb, from);
  const take = () => doing.control("assign_human", "take it", { takeOver: true });
  const resolved = resolveDialog(({ note }) => doing.control("resolve_conversation", "resolve it", { note }));
  const escalated = escalateDialog((words) => doing.control("escalate", "escalate it", words));
  const resolve = button("Resolve…", () => resolved.open(), "quiet resolve");
  const item = (text, sign, act) =>
    el("button", { type: "button", class: "item", onclick: () => (menu.close(), act()) }, icon(sign), text);
  const settle = item("Resolve…", "check", () => resolved.open()); // in place of the button, on a phone
  settle.classList.add("resolve");
  const escalate = item("Escalate…", "flag", () => escalated.open());
  const close = item("Close", "no", () => doing.control("close_conversation", "close it"));
  const audit = item("Audit", "list", acts.audit);
  const menu = popover(
    { class: "menu", role: "group", "aria-label": "More" },
    settle,
    escalate,
    close,
    audit,
  );
  const more = el(
    "button",
    { ...MORE, ...opens, onclick: ({ currentTarget }) => menu.open(currentTarget) },
    icon("more"),
  );
  return {
    node: el("div", { class: "head-buttons" }, hold, resolve, more),
    layers: [menu.layer, resolved.node, escalated.node],
    update(conversation, { me, isSupervisor }) {
      const { human_handling: isHeld, assigned_admin_id: holder } = conversation;
      isMine = isHeld && holder === me;
      hold.classList.toggle("take", !isMine);
      say(verb, isMine ? "Release" : "Take over");
      say(from, isMine || !isHeld || holder === null ? "" : ` from ${plain(holder)}`);
      const isOpen = ["active", "escalated"].includes(conversation.status);
      if (!isOpen && document.activeElement === resolve) more.focus();
      for (const each of [resolve, settle]) show(each, isOpen);
      show(close, conversation.status !== "closed");
      show(audit, isSupervisor);
    },
  };
}

const button = (text, onclick, looks) => el("button", { type: "button", class: looks, text, onclick });
