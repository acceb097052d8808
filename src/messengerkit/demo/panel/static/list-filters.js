// What narrows the list down: words to search for, a page, a priority, and whether nobody has it.

import { el, freshId, show } from "./dom.js";
import { icon } from "./icons.js";

const NO_FILTERS = { page: "", priority: 1, unassigned: false };

/** Return {node, values, update(), focus(), clearSearch()}; *changed* is called after each change. */
export function listFilters(store, changed) {
  const search = el("input", {
    type: "search",
    placeholder: "Search",
    "aria-label": "Search conversations",
    "aria-keyshortcuts": "/",
    autocomplete: "off",
    dir: "auto",
    oninput: () => take({ text: search.value }),
  });
  const page = el(
    "select",
    { id: freshId("filter"), onchange: () => take({ page: page.value }) },
    el("option", { value: "", text: "All pages" }),
  );
  const least = el(
    "select",
    { id: freshId("filter"), onchange: () => take({ priority: Number(least.value) }) },
    el("option", { value: "1", text: "Any" }),
    ...[2, 3, 4].map((each) => el("option", { value: each, text: `${each} and up` })),
    el("option", { value: "5", text: "5 only" }),
  );
  const unassigned = el("input", {
    type: "checkbox",
    onchange: () => take({ unassigned: unassigned.checked }),
  });
  const clear = el("button", { type: "button", class: "link", text: "Clear", hidden: true, onclick: forget });
  const pages = labelled("Page", page);
  const group = el(
    "div",
    { class: "filters", role: "group", "aria-label": "Filters", id: freshId("filters"), hidden: true },
    pages,
    labelled("Priority", least),
    el("label", { class: "check" }, unassigned, "Unassigned only"),
    clear,
  );
  const toggle = el(
    "button",
    {
      type: "button",
      class: "round",
      "aria-label": "Filters",
      title: "Filters",
      "aria-expanded": "false",
      "aria-controls": group.id,
      onclick: () => open(group.hidden),
    },
    icon("sliders"),
  );
  const values = { text: "", ...NO_FILTERS };
  const known = new Set();

  function take(change) {
    Object.assign(values, change);
    toggle.classList.toggle("on", isNarrow());
    show(clear, isNarrow());
    changed();
  }

  function forget() {
    page.value = "";
    least.value = "1";
    unassigned.checked = false;
    take(NO_FILTERS);
    least.focus();
  }

  function open(shown) {
    show(group, shown);
    toggle.setAttribute("aria-expanded", String(shown));
  }

  const isNarrow = () => values.page !== "" || values.priority > 1 || values.unassigned;

  return {
    node: el(
      "div",
      { class: "find", role: "search" },
      el("div", { class: "search" }, icon("search"), search),
      toggle,
      group,
    ),
    values,
    get isNarrowing() {
      return values.text !== "" || isNarrow();
    },
    focus() {
      search.focus();
      search.select();
    },
    clearSearch() {
      search.value = "";
      take({ text: "" });
    },
    /** Offer the pages that there are. */
    update() {
      show(pages, store.pages.size > 1);
      for (const id of store.pages) {
        if (known.has(id)) continue;
        known.add(id);
        page.append(el("option", { value: id, text: `Page …${id.slice(-4)}` }));
      }
    },
  };
}

function labelled(text, input) {
  return el("div", { class: "filter" }, el("label", { for: input.id, text }), input);
}
