// The bar at the top: whether the feed lives, where one can go, and who is signed in.

import { avatar } from "./avatar.js";
import { attribute, el, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { routed, toAudit, toConversation } from "./route.js";
import { plain } from "./text.js";

const STATES = { opening: "Connecting…", live: "Live", lost: "Connection lost. Trying again…" };

/** Return {update()}, which completes *bar*; *acts*: shortcuts, signOut. */
export function barView(bar, store, acts) {
  const status = bar.querySelector("#connection");
  const list = link("Conversations", "inbox");
  const audit = link("Audit", "shield");
  const nav = el("nav", { class: "places", "aria-label": "Panel" }, list, audit);
  const who = el("p", { class: "me" });
  const keys = round("Keyboard shortcuts", "keyboard", acts.shortcuts);
  keys.classList.add("keys");
  bar.append(nav, el("span", { class: "gap" }), who, keys, round("Sign out", "leave", acts.signOut));
  let drawn = null;

  const drawMe = (me) => {
    drawn = me?.adminId ?? null;
    if (drawn === null) return;
    const name = plain(drawn);
    const role = el("span", { class: "role", text: me.role === "supervisor" ? "Supervisor" : "Agent" });
    who.replaceChildren(avatar({ name, size: "small" }), el("bdi", { text: name }), role);
  };

  return {
    update() {
      say(status, STATES[store.connection]);
      attribute(status, "data-state", store.connection);
      const { view } = routed();
      list.href = toConversation(store.openId);
      audit.href = toAudit();
      current(list, view !== "audit");
      current(audit, view === "audit");
      show(nav, store.me?.role === "supervisor"); // who has but one place needs no way to it
      if (store.me !== null && drawn !== store.me.adminId) drawMe(store.me);
    },
  };
}

function link(text, picture) {
  return el("a", { class: "place" }, icon(picture), el("span", { text }));
}

function current(node, isIt) {
  if (isIt) attribute(node, "aria-current", "page");
  else node.removeAttribute("aria-current");
}

function round(label, picture, onclick) {
  const props = { type: "button", class: "round", "aria-label": label, title: label, onclick };
  return el("button", props, icon(picture));
}
