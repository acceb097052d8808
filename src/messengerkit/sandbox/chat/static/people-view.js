// The people of the sandbox: whom to be, and a form to make another one.

import { avatar } from "./avatar.js";
import { arrange, el, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { keyOf } from "./store.js";
import { counted, plain } from "./text.js";

const MOST = 200; // people; more than these are found by the filter
const FEW = 8; // people, who need no filter

/** Return {update(), focus(touch)}, which draws the people of *store* into *aside*. */
export function peopleView(aside, store, actions) {
  const list = el("ul", { class: "people-list", "aria-label": "People" });
  const rest = el("p", { class: "muted", hidden: true });
  const filter = el("input", {
    type: "search",
    placeholder: "Find",
    "aria-label": "Find a person",
    hidden: true,
    oninput: () => update(),
  });
  const form = makeForm(store, actions);
  const rows = new Map(); // key to the row of that person
  aside.append(el("h2", { text: "People" }), form.node, filter, list, rest);

  const row = (person) => {
    const key = keyOf(person);
    const look = JSON.stringify([person.name, person.profile_pic, store.pages.length]);
    if (rows.get(key)?.look !== look) rows.set(key, { look, ...personRow(person, store, actions) });
    return rows.get(key);
  };

  const update = () => {
    const wanted = filter.value.trim().toLowerCase();
    const all = [...store.people.values()];
    const found = all.filter(
      ({ name, psid }) => name.toLowerCase().includes(wanted) || psid.includes(wanted),
    );
    const shown = found.slice(0, MOST).map(row);
    for (const each of shown) each.update();
    arrange(
      list,
      shown.map(({ node }) => node),
    );
    show(filter, all.length > FEW);
    show(rest, found.length > MOST || (wanted !== "" && found.length === 0));
    say(
      rest,
      found.length === 0
        ? "Nobody has that name."
        : `And ${counted(found.length - MOST, "more person").replace("persons", "people")}.`,
    );
    form.update();
  };
  return { update, focus: (touch) => touch || form.focus() };
}

function personRow(person, store, actions) {
  const key = keyOf(person);
  const name = plain(person.name) || "Somebody";
  const badge = el("span", { class: "badge", "aria-hidden": "true" });
  const unread = el("span", { class: "sr" });
  const where = store.pages.length > 1 ? plain(store.pageName(person.page_id)) : "";
  const state = el("span", { class: "muted" });
  const button = el(
    "button",
    { type: "button", class: "person", onclick: () => actions.open(store.people.get(key)) },
    avatar({ name: person.name, picture: person.profile_pic, seed: person.psid }),
    el("span", { class: "who" }, el("bdi", { class: "name", text: name }), state),
    badge,
    unread,
  );

  const update = () => {
    const { blocked, online } = store.people.get(key);
    const count = store.unreadCount(key);
    say(state, [where, !online && "offline", blocked && "blocked the Page"].filter(Boolean).join(" · "));
    show(state, state.textContent !== "");
    say(badge, count > 0 ? String(Math.min(count, 99)) : "");
    say(unread, count > 0 ? counted(count, "unread message") : "");
    show(badge, count > 0);
    button.classList.toggle("unread", count > 0);
    button.classList.toggle("is-open", store.open.has(key));
    if (store.active === key) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  };
  return { node: el("li", {}, button), update };
}

function makeForm(store, actions) {
  const name = el("input", {
    type: "text",
    required: true,
    maxlength: "100",
    placeholder: "New person",
    "aria-label": "Name of a new person",
    autocomplete: "off",
    dir: "auto",
  });
  const page = el("select", { "aria-label": "Page that the person talks to" });
  const make = el(
    "button",
    { type: "submit", class: "round primary", "aria-label": "Make person", title: "Make person" },
    icon("plus"),
  );
  const node = el("form", { class: "make", "aria-label": "New person" }, name, make, page);
  let known = "";

  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = name.value;
    const made =
      typed.trim() !== "" && (await actions.makePerson(typed.trim(), page.value || store.pages[0]?.id));
    if (made && name.value === typed) name.value = "";
  });
  return {
    node,
    focus: () => name.focus(),
    update() {
      show(page, store.pages.length > 1);
      const now = JSON.stringify(store.pages);
      if (known === now) return;
      known = now;
      page.replaceChildren(
        ...store.pages.map(({ id, name: title }) => el("option", { value: id, text: plain(title) || id })),
      );
    },
  };
}
