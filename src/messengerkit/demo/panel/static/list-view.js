// The list of conversations: four lists of the same rows, of which only what is looked at is drawn.

import { attribute, el, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { listFilters } from "./list-filters.js";
import { LISTS, listed, timesOf, wantedBy } from "./list-order.js";
import { ListRows } from "./list-rows.js";
import { counted } from "./text.js";
import { alertOf } from "./waiting.js";

const STEP = 100; // rows that are drawn more at once
const MOST = 999; // that a tally tells
const NEAR = "600px"; // from the end, where more is drawn
const FURTHER = 5; // pages that are loaded more at once to search in

const UNREAD = "There are more conversations, in which nothing was searched yet.";
const EMPTY = {
  waiting: [
    "Nobody waits for a person.",
    "Conversations that the bot hands on appear here, the most urgent first.",
  ],
  mine: ["You have no conversation.", "Take one over, or answer in it, and it is yours."],
  all: ["No conversation yet.", "It begins when somebody writes to the Page."],
  resolved: ["Nothing is resolved yet.", "It comes back by itself if its person writes again."],
};

/** Return {update(), focusSearch(), focusRow(), step(by), choose(at)}; *loading* has more of each list. */
export function listView(place, store, loading) {
  const filters = listFilters(store, () => restart());
  const nav = el("nav", { class: "lists", "aria-label": "Lists" });
  const tabs = Object.entries(LISTS).map(([name, { title }]) => tab(name, title));
  const alerts = el("p", { class: "alerts", role: "status" });
  const list = el("ul", { class: "rows", "aria-label": "Conversations" });
  const rows = new ListRows(list, store);
  const unread = el("p", { class: "unread muted", role: "status" });
  const more = el("button", { type: "button", class: "quiet more", onclick: showMore });
  const empty = el(
    "div",
    { class: "empty" },
    icon("inbox"),
    el("p", { class: "title" }),
    el("p", { class: "muted" }),
  );
  const scroller = el("div", { class: "scroller" }, list, empty, unread, more);
  const atEnd = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && drawMore(), {
    root: scroller,
    rootMargin: NEAR,
  });
  place.append(el("div", { class: "list-head" }, nav, filters.node, alerts), scroller);
  nav.append(...tabs.map(({ node }) => node));

  let chosen = "waiting";
  let shown = STEP;
  let found = [];

  function tab(name, title) {
    const count = el("span", { class: "tally", "aria-hidden": "true" });
    const told = el("span", { class: "sr" });
    const props = { type: "button", class: "tab", onclick: () => choose(name) };
    return { name, count, told, node: el("button", props, title, count, told) };
  }

  function choose(name) {
    chosen = name;
    restart();
    if (name === "resolved" && loading.hasMore(name)) loading.more(name);
  }

  function restart() {
    shown = STEP;
    scroller.scrollTop = 0;
    store.changed();
  }

  async function showMore() {
    const first = rows.after(shown - 1);
    const pages = filters.isNarrowing ? FURTHER : 1;
    if (!drawMore() && loading.hasMore(chosen)) await loading.more(chosen, pages);
    store.flush();
    if (![more, document.body].includes(document.activeElement)) return; // somebody went on meanwhile
    (first() ?? (more.hidden ? place : more)).focus();
  }

  // What is loaded is drawn by scrolling alone; the server is asked by the button, or if nothing narrows.
  function drawMore() {
    const isLeft = found.length > shown;
    if (isLeft) {
      shown += STEP;
      store.changed();
    } else if (!filters.isNarrowing && store.loaded && loading.hasMore(chosen) && !loading.isResting) {
      loading.more(chosen).then((isDone) => {
        if (isDone) shown += STEP;
        store.changed();
      });
    }
    return isLeft;
  }

  function drawTabs() {
    const all = [...store.conversations.values()];
    for (const { name, count, told, node } of tabs) {
      attribute(node, "aria-pressed", String(name === chosen));
      const has = ["waiting", "mine"].includes(name)
        ? all.filter((one) => LISTS[name].has(one, store.me?.adminId)).length
        : 0;
      const isAll = !store.loaded || !loading.hasMore(name);
      say(count, has > 0 ? `${Math.min(has, MOST)}${isAll && has <= MOST ? "" : "+"}` : "");
      show(count, has > 0);
      say(told, has > 0 ? `, ${counted(has, "conversation")}${isAll ? "" : " and more"}` : "");
    }
  }

  function drawAlerts() {
    const now = store.now();
    const long = { 24: 0, 48: 0 };
    for (const one of store.conversations.values()) {
      const alert = alertOf(now - timesOf(one).waits);
      if (alert !== null) long[alert] += 1;
    }
    const told = alertsTold(long, !store.loaded || loading.hasMore("all"));
    say(alerts, told);
    show(alerts, told !== "");
    alerts.classList.toggle("grave", long[48] > 0);
  }

  function drawEnd() {
    const hasMore = store.loaded && loading.hasMore(chosen);
    const isFurther = filters.isNarrowing && found.length <= shown;
    show(more, found.length > shown || hasMore);
    say(more, isFurther ? "Search further" : "Show more");
    say(unread, filters.isNarrowing && hasMore ? UNREAD : "");
    show(unread, filters.isNarrowing && hasMore);
    show(empty, found.length === 0);
    const [title, hint] = nothing();
    say(empty.children[1], title);
    say(empty.children[2], hint);
    atEnd.unobserve(more); // it tells only what changes, and the end may still be near
    if (!more.hidden) atEnd.observe(more);
  }

  function nothing() {
    if (!store.loaded) return ["Loading…", ""];
    if (!filters.isNarrowing) return EMPTY[chosen];
    // Whose names are not known yet may be found in a moment.
    if (filters.values.text !== "" && store.isLookingUp) return ["Searching…", ""];
    return ["Nothing found.", "What is loaded of this list has no such conversation."];
  }

  return {
    focusSearch: () => filters.focus(),
    clearSearch: () => filters.clearSearch(),
    focusRow: () => rows.focus(),
    step: (by) => rows.step(by),
    choose: (at) => choose(tabs[at].name),
    update() {
      filters.update();
      if (filters.values.text !== "") for (const id of store.conversations.keys()) store.requestPreview(id);
      found = listed(
        store.conversations.values(),
        chosen,
        store.me?.adminId,
        wantedBy(filters.values, rows.textOf),
      );
      drawTabs();
      drawAlerts();
      rows.draw(found.slice(0, shown));
      drawEnd();
    },
  };
}

// Of those who are not loaded nobody knows.
function alertsTold({ 24: day, 48: two }, isPart) {
  const all = day + two;
  if (all === 0) return "";
  const many = `${isPart ? "At least " : ""}${all} ${all === 1 ? "person has" : "people have"}`;
  const who = `${many} waited for over ${day > 0 ? 24 : 48} h`;
  return day > 0 && two > 0 ? `${who}, ${two} of them for over 48 h.` : `${who}.`;
}
