// The sandbox's clock: what time it is there, and ways to move it on.

import { attribute, el, say } from "./dom.js";
import { dayAndTime, fullTime, isoTime } from "./time.js";

const JUMPS = [
  ["+1 h", "1h"],
  ["+25 h", "25h"],
  ["+8 d", "8d"],
];

/** Return {update()}, which draws the clock into *section* and, in short, into *brief*. */
export function clockView(section, brief, store, actions) {
  const time = el("time", { class: "now" });
  const field = el("input", {
    type: "text",
    placeholder: "90m, 2h, 1d12h",
    "aria-label": "Move the clock by",
    autocomplete: "off",
    required: true,
  });
  const jumps = JUMPS.map(([text, by]) =>
    el("button", { type: "button", class: "quiet", text, onclick: () => actions.advance(by) }),
  );
  const form = el(
    "form",
    { class: "row", "aria-label": "Move the clock" },
    field,
    el("button", { type: "submit", class: "quiet", text: "Move" }),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = field.value;
    const by = typed.replace(/\s/g, "");
    const moved = by !== "" && (await actions.advance(/^[0-9.]+$/.test(by) ? `${by}s` : by));
    if (moved && field.value === typed) field.value = "";
  });
  section.append(
    el("h2", { text: "Clock" }),
    el("p", {}, time),
    el("div", { class: "row", role: "group", "aria-label": "Jump ahead" }, ...jumps),
    form,
  );

  const update = () => {
    const now = store.now();
    if (now === null) return;
    say(time, fullTime(now));
    attribute(time, "datetime", isoTime(now));
    say(brief, dayAndTime(now));
  };
  setInterval(update, 1000);
  return { update };
}
