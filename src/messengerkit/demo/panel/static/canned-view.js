// Canned answers by a button: a layer to look through them, and to keep or forget one's own.

import { cannedAnswers, forgetAnswer, keepAnswer, matching } from "./canned.js";
import "./conversation-icons.js";
import { arrange, el, show } from "./dom.js";
import { icon } from "./icons.js";
import { opens, popover } from "./popover.js";
import { plain } from "./text.js";

/** Return {button, layer}; *choose* gets an answer, and *draft* returns what is written just now. */
export function cannedView({ choose, draft }) {
  const search = el("input", {
    type: "search",
    "aria-label": "Find an answer",
    placeholder: "Find an answer",
    oninput: () => draw(),
  });
  const list = el("ul", { class: "canned-list", "aria-label": "Canned answers" });
  const none = el("p", { class: "muted none", text: "No such answer." });
  const keep = el("button", {
    type: "button",
    class: "quiet small keep",
    text: "Keep the text as an answer",
    onclick: kept,
  });
  const { layer, open, close } = popover(
    { class: "canned", role: "group", "aria-label": "Canned answers" },
    search,
    list,
    none,
    keep,
  );
  const props = {
    type: "button",
    class: "round",
    "aria-label": "Canned answers",
    title: "Canned answers",
    ...opens,
  };
  const button = el("button", { ...props, onclick: opened }, icon("canned"));

  async function draw() {
    const found = matching(await cannedAnswers(), search.value);
    arrange(list, found.map(item));
    show(none, found.length === 0);
  }
  async function opened() {
    search.value = "";
    show(keep, draft().trim() !== "");
    await draw();
    open(button);
  }
  function kept() {
    keepAnswer(draft().trim());
    show(keep, false);
    search.value = "";
    search.focus();
    draw();
  }
  function item(answer) {
    const title = plain(answer.title);
    const take = () => {
      close();
      choose(answer);
    };
    const forget = () => {
      forgetAnswer(answer);
      search.focus();
      draw();
    };
    const label = `Forget “${title}”`;
    return el(
      "li",
      {},
      el(
        "button",
        { type: "button", class: "answer", onclick: take },
        el("strong", { dir: "auto", text: title }),
        el("span", { dir: "auto", text: answer.text }),
      ),
      answer.own &&
        el(
          "button",
          { type: "button", class: "round tiny", "aria-label": label, title: label, onclick: forget },
          icon("close"),
        ),
    );
  }
  return { button, layer };
}
