// What the keyboard does on the page as a whole, and a dialog that tells it.

import { el } from "./dom.js";

const KEPT = "messengerkit.keys"; // "off" for who speaks to the computer, or types with few keys

const TOLD = [
  ["/", "Search the conversations"],
  ["1 – 4", "Waiting, Mine, All, Resolved"],
  ["j or ↓", "Next conversation in the list"],
  ["k or ↑", "Previous conversation in the list"],
  ["Enter", "Open the conversation; in the text field: send"],
  ["Shift Enter", "New line in the text field"],
  ["/", "In an empty text field: a canned answer, chosen by ↑ and ↓"],
  ["Esc", "Back to the list"],
  ["?", "This help"],
];

/** Listen to the keys; *acts*: search, choose(at), step(by), back. Returns {open()} of the dialog. */
export function shortcuts(acts) {
  const single = el("input", { type: "checkbox", onchange: () => keep(single.checked) });
  single.checked = localStorage.getItem(KEPT) !== "off";
  const dialog = el(
    "dialog",
    { class: "shortcuts", "aria-labelledby": "shortcuts-title" },
    el("h2", { id: "shortcuts-title", text: "Keyboard shortcuts" }),
    el(
      "dl",
      {},
      ...TOLD.flatMap(([keys, does]) => [el("dt", {}, ...capped(keys)), el("dd", { text: does })]),
    ),
    el("label", { class: "check" }, single, "Use single keys"),
    el(
      "div",
      { class: "buttons" },
      el("button", {
        type: "button",
        class: "primary",
        text: "Close",
        autofocus: true,
        onclick: () => dialog.close(),
      }),
    ),
  );
  document.body.append(dialog);
  const open = () => dialog.showModal();
  const does = {
    "/": acts.search,
    "?": open,
    j: () => acts.step(1),
    k: () => acts.step(-1),
    1: () => acts.choose(0),
    2: () => acts.choose(1),
    3: () => acts.choose(2),
    4: () => acts.choose(3),
  };

  document.addEventListener("keydown", (event) => {
    const { key, target, ctrlKey, metaKey, altKey, defaultPrevented, isComposing } = event;
    if (defaultPrevented || ctrlKey || metaKey || altKey || isComposing) return;
    if (document.querySelector("dialog[open], :is(:popover-open, [data-open])") !== null) return;
    const act = key === "Escape" ? () => acts.back(target) : actOf(key, target);
    if (act === null) return;
    event.preventDefault();
    act();
  });

  function actOf(key, target) {
    if (target.closest(".rows") && ["ArrowDown", "ArrowUp"].includes(key))
      return key === "ArrowDown" ? does.j : does.k;
    if (!single.checked || target.matches("input, textarea, select, [contenteditable]")) return null;
    return Object.hasOwn(does, key) ? does[key] : null;
  }
  return { open };
}

const keep = (used) => localStorage.setItem(KEPT, used ? "on" : "off");

// "j or ↓" names two keys, "1 – 4" a row of them, "Shift Enter" two at once.
function capped(keys) {
  return keys
    .split(" ")
    .flatMap((word) => [["or", "–"].includes(word) ? word : el("kbd", { text: word }), " "]);
}
