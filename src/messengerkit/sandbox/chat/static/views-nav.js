// On a narrow screen: one view at a time, and a row of tabs to go between them.

import { avatar } from "./avatar.js";
import { arrange, el, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { plain } from "./text.js";

/** Return {update()}, which draws into *nav* and tells *app*, for the style sheet, what is in view. */
export function viewsNav(nav, app, store, actions) {
  const tabs = new Map();
  const fixed = (view, text, what) => tab(text, icon(what), () => actions.look(view));
  const people = fixed("people", "People", "people");
  const sandbox = fixed("sandbox", "Sandbox", "sliders");
  const middle = el("div", { class: "middle" });
  nav.append(people.node, middle, sandbox.node);

  const personTab = (key) => {
    if (!tabs.has(key)) {
      const person = store.people.get(key);
      const name = plain(person.name) || "Somebody";
      tabs.set(
        key,
        tab(
          name,
          avatar({ name: person.name, picture: person.profile_pic, seed: person.psid, size: "small" }),
          () => {
            actions.open(store.people.get(key));
          },
        ),
      );
    }
    return tabs.get(key);
  };

  return {
    update() {
      const keys = [...store.open.keys()].filter((key) => store.people.has(key));
      for (const key of tabs.keys()) if (!store.open.has(key)) tabs.delete(key);
      arrange(
        middle,
        keys.map((key) => personTab(key).node),
      );
      const talking = store.view === "conversation";
      for (const key of keys) tabs.get(key).update(talking && store.active === key, store.unreadCount(key));
      people.update(store.view === "people", 0);
      sandbox.update(store.view === "sandbox", 0);
      app.dataset.view = store.view;
      app.dataset.panel = store.panel ? "shown" : "hidden";
    },
  };
}

function tab(text, picture, onclick) {
  const unread = el("span", { class: "sr" });
  const dot = el("span", { class: "dot", "aria-hidden": "true" });
  const node = el(
    "button",
    { type: "button", class: "tab", onclick },
    picture,
    el("bdi", { text }),
    dot,
    unread,
  );
  return {
    node,
    update(current, count) {
      if (current) node.setAttribute("aria-current", "page");
      else node.removeAttribute("aria-current");
      show(dot, count > 0);
      say(unread, count > 0 ? `${count} unread` : "");
    },
  };
}
