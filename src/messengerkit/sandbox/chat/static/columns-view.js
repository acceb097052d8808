// The open conversations side by side; a narrow screen shows the active one.

import { ColumnView } from "./column-view.js";
import { arrange, el, say, show } from "./dom.js";
import { icon } from "./icons.js";

/** Return {update(), follow()} for *main*; *left* is called when the last conversation was closed. */
export function columnsView(main, store, actions, picker, left) {
  const columns = new Map();
  const hint = el("p");
  const nobody = el("div", { class: "nobody" }, icon("chat"), hint);
  const touch = matchMedia("(pointer: coarse)");
  let active = null;

  const column = (key) => {
    if (!columns.has(key)) columns.set(key, new ColumnView(key, store, actions, picker));
    return columns.get(key);
  };

  return {
    update() {
      const keys = [...store.open.keys()].filter((key) => store.people.has(key));
      for (const key of columns.keys()) if (!store.open.has(key)) columns.delete(key);
      const shown = keys.map(column);
      say(
        hint,
        store.people.size === 0
          ? "Make a person, and talk to the Page as them."
          : "Pick a person to talk to the Page as them.",
      );
      show(nobody, store.loaded && shown.length === 0);
      arrange(main, [nobody, ...shown.map(({ node }) => node)]);
      for (const each of shown) each.update();
    },
    /** Go to the active conversation, if it has just become so by other means than going there. */
    follow() {
      if (store.active === active) return;
      active = store.active;
      const entered = columns.get(active);
      if (entered === undefined) left(touch.matches);
      else if (!entered.node.contains(document.activeElement)) entered.focus(touch.matches);
    },
  };
}
