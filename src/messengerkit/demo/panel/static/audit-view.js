// What admins did, for supervisors: a table that nobody can change, with its place in each chain.

import { actions } from "./api.js";
import { actionTold, adminTold, decisionTold, detailsTold, outcomeTold } from "./audit-words.js";
import { el, freshId, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { isId, routed, toAudit, toConversation } from "./route.js";
import { plain } from "./text.js";
import { dayAndTime, fullTime, isoTime } from "./time.js";

const PAGE = 50; // actions
const COLUMNS = ["Time", "Admin", "Action", "Outcome", "Rule", "Conversation", "No."];

/** Return {update(), shown()} of the audit in *place*; `shown` is called when the address leads there. */
export function auditView(place, store) {
  const admin = el("input", {
    type: "text",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
  });
  const conversation = el("input", {
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "Id",
  });
  const form = el(
    "form",
    { class: "audit-filter", "aria-label": "Filter the audit", onsubmit: filter },
    labelled("Admin", admin),
    labelled("Conversation", conversation),
    el("button", { type: "submit", class: "primary", text: "Show" }),
    el("button", { type: "button", class: "quiet", text: "Clear", onclick: clear }),
  );
  const about = el("p", { class: "muted about" });
  const refresh = el(
    "button",
    { type: "button", class: "round", "aria-label": "Refresh", title: "Refresh", onclick: () => load(false) },
    icon("refresh"),
  );
  const body = el("tbody", { role: "rowgroup" });
  const table = el(
    "table",
    { role: "table", "aria-label": "Actions" },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...COLUMNS.map(heading))),
    body,
  );
  const more = el("button", {
    type: "button",
    class: "quiet more",
    text: "Show more",
    hidden: true,
    onclick: () => load(true),
  });
  const state = el("p", { class: "muted state", role: "status" });
  const title = el("h2", { text: "Audit" });
  const inner = el(
    "div",
    { class: "audit-inner" },
    el("div", { class: "audit-head" }, title, refresh),
    about,
    form,
    table,
    state,
    more,
  );
  place.append(inner);
  let next = null;
  let asked = 0; // which answer is still wanted

  async function load(onwards) {
    if (store.me?.role !== "supervisor") return say(state, "Only supervisors may see what admins did.");
    const mine = ++asked;
    const { id } = routed();
    const query = { conversation_id: id, admin_id: admin.value.trim(), limit: PAGE };
    say(state, "Loading…");
    try {
      const found = await actions({ ...query, before: onwards ? next : null });
      if (mine !== asked) return;
      next = found.next;
      const rows = found.actions.map((action) => row(action, store));
      if (onwards) body.append(...rows);
      else body.replaceChildren(...rows);
      say(state, body.childElementCount === 0 ? "Nothing has been done yet." : "");
      if (onwards) rows[0]?.querySelector("a").focus();
    } catch (error) {
      if (mine === asked) say(state, `${error.message} ${error.advice ?? ""}`.trim());
    }
    show(more, next !== null);
  }

  function filter(event) {
    event.preventDefault();
    const wanted = conversation.value.trim();
    if (wanted !== "" && !isId(wanted)) return none();
    const hash = toAudit(wanted === "" ? null : wanted);
    if (location.hash === hash) load(false);
    else location.hash = hash;
  }

  function none() {
    asked += 1;
    body.replaceChildren();
    show(more, false);
    say(state, "There is no such conversation.");
  }

  function clear() {
    admin.value = "";
    conversation.value = "";
    form.requestSubmit();
  }

  return {
    shown() {
      conversation.value = routed().id ?? "";
      body.replaceChildren();
      next = null;
      load(false);
    },
    update() {
      if (place.hidden) return;
      show(form, store.me.role === "supervisor");
      show(table, store.me.role === "supervisor");
      const { id } = routed();
      for (const link of body.querySelectorAll("a")) say(link.firstChild, store.nameOf(link.dataset.id));
      say(
        about,
        id === null
          ? "What admins did, the newest first."
          : `What admins did in the conversation with ${store.nameOf(id)}, the newest first.`,
      );
    },
  };
}

function row(action, store) {
  const { at, conversation_id: id, hash, number } = action;
  const seconds = Date.parse(at) / 1000;
  const { text, tone } = outcomeTold(action);
  const details = detailsTold(action);
  store.requestPreview(id);
  return el(
    "tr",
    { role: "row" },
    cell(
      "Time",
      el("time", { datetime: isoTime(seconds), title: fullTime(seconds), text: dayAndTime(seconds) }),
    ),
    cell("Admin", el("bdi", { class: "who", text: adminTold(action) })),
    cell(
      "Action",
      el("span", { text: actionTold(action) }),
      details && el("span", { class: "muted details", text: details }),
    ),
    cell("Outcome", el("span", { class: `outcome ${tone}`, text })),
    cell("Rule", decisionTold(action) || el("span", { class: "muted", text: "–" })),
    cell(
      "Conversation",
      el(
        "a",
        { "data-id": id, href: new URL(toConversation(id), location.href) },
        el("bdi", { text: store.nameOf(id) }),
      ),
    ),
    cell(
      "No.",
      el("span", { class: "number", title: `Hash ${plain(hash)}`, text: `#${number}` }),
      el("code", { class: "muted", text: plain(hash).slice(0, 8) }),
    ),
  );
}

const heading = (text) => el("th", { scope: "col", role: "columnheader", text });

// On a narrow screen each row is a card, and its cells name themselves.
const cell = (name, ...children) => el("td", { role: "cell", "data-name": name }, ...children);

function labelled(text, input) {
  input.id = freshId("audit");
  return el("div", { class: "field" }, el("label", { for: input.id, text }), input);
}
