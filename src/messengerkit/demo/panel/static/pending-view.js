// What stands below the last message: what is being sent from here, and who else types.

import "./conversation-icons.js";
import { pendingWords } from "./delivery-words.js";
import { arrange, attribute, el, say, show } from "./dom.js";
import { ownFile } from "./enclosed-view.js";
import { icon } from "./icons.js";
import { linkified } from "./links.js";
import { refusalWords } from "./refusal-words.js";
import { isTall, plain } from "./text.js";

/** Return {nodes, update(sends, conversation, typing, isOpen)}; *acts*: `me()`, `retry(entry, options)`, `discard(entry)`. */
export function pendingView(acts) {
  const list = el("div", { class: "pendings", "aria-live": "off" });
  const typing = el("p", { class: "typing-now", role: "status" });
  const views = new Map(); // entry to its view
  return {
    nodes: [list, typing],
    update(sends, conversation, typists, isOpen) {
      for (const entry of views.keys()) if (!sends.entries.includes(entry)) views.delete(entry);
      const nodes = sends.entries.map((entry) => {
        if (!views.has(entry)) views.set(entry, entryView(entry, acts));
        views.get(entry).update(conversation, isOpen);
        return views.get(entry).node;
      });
      arrange(list, nodes);
      const names = typists.map(plain).join(" and ");
      say(typing, names === "" ? "" : `${names} ${typists.length > 1 ? "are" : "is"} typing…`);
      show(typing, names !== "");
    },
  };
}

function entryView(entry, acts) {
  const state = el("div", { class: "state" });
  const node = el("div", { class: "pending" }, contentOf(entry), state);
  let drawn = null;
  return {
    node,
    update(conversation, isOpen) {
      const refused = entry.state === "refused";
      const look = `${entry.state} ${refused && `${conversation?.version} ${isOpen}`}`;
      if (look === drawn) return;
      drawn = look;
      attribute(node, "data-state", entry.state);
      arrange(
        state,
        refused ? refusalNodes(entry, { now: conversation, isOpen }, acts) : waitingNodes(entry, acts),
      );
    },
  };
}

function contentOf({ text, file, url, kind }) {
  if (file) return ownFile({ url, name: file.name, type: kind });
  return el("p", { class: `bubble${isTall(text) ? " tall" : ""}`, dir: "auto" }, ...linkified(text));
}

const button = (label, act) =>
  el("button", { type: "button", class: "quiet small", text: label, onclick: act });

function waitingNodes(entry, { discard }) {
  const stuck = entry.state === "signed-out" || entry.state === "waiting";
  return [
    icon("clock"),
    el("span", { text: pendingWords(entry) }),
    ...(stuck ? [button("Discard", () => discard(entry))] : []),
  ];
}

function refusalNodes(entry, is, { me, retry, discard }) {
  const words = refusalWords(entry.refusal, { before: entry.seen, me: me(), ...is });
  return [
    el(
      "div",
      { role: "alert" },
      el("p", {}, icon("alarm"), el("strong", { text: `Not sent. ${words.sentence}` })),
      el("p", { text: words.advice }),
    ),
    el(
      "p",
      { class: "acts" },
      ...words.acts.map((act) => button(act.label, () => retry(entry, act))),
      button("Discard", () => discard(entry)),
    ),
  ];
}
