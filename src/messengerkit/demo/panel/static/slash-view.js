// Canned answers by typing "/": what matches is offered above the text, and Enter takes it.

import { cannedAnswers, matching } from "./canned.js";
import { arrange, attribute, el, freshId, show } from "./dom.js";
import { plain } from "./text.js";

const MOST = 6; // answers that are offered at once

/** Return {node, look(), keyed(event), close()} for *input*; *choose* gets an answer. */
export function slashView(input, choose) {
  const id = freshId("answers");
  const node = el("ul", {
    class: "slash",
    role: "listbox",
    id,
    "aria-label": "Canned answers",
    hidden: true,
  });
  let offered = [];
  let chosen = 0;
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", id);

  async function look() {
    const query = /^\/(\S*(?: \S+)*)$/u.exec(input.value)?.[1];
    if (query === undefined) return close();
    const found = matching(await cannedAnswers(), query).slice(0, MOST);
    if (!input.value.startsWith("/")) return close();
    offered = found;
    chosen = 0;
    draw();
  }
  function draw() {
    arrange(node, offered.map(option));
    show(node, offered.length > 0);
    if (offered.length > 0) attribute(input, "aria-activedescendant", node.children[chosen].id);
    else input.removeAttribute("aria-activedescendant");
  }
  function option(answer, at) {
    const props = { role: "option", id: freshId("answer"), "aria-selected": String(at === chosen) };
    // Else the click would take the focus from the text before it does anything.
    const listeners = { onpointerdown: (event) => event.preventDefault(), onclick: () => take(answer) };
    return el(
      "li",
      { ...props, ...listeners },
      el("strong", { dir: "auto", text: plain(answer.title) }),
      el("span", { dir: "auto", text: answer.text }),
    );
  }
  function close() {
    offered = [];
    draw();
  }
  function take(answer) {
    close();
    choose(answer);
  }
  /** Whether *event* was for the list. */
  function keyed(event) {
    if (offered.length === 0 || event.isComposing || event.keyCode === 229) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      chosen = (chosen + step + offered.length) % offered.length;
      draw();
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) take(offered[chosen]);
    else if (event.key === "Escape") close();
    else return false;
    event.preventDefault();
    return true;
  }
  return { node, look, keyed, close };
}
