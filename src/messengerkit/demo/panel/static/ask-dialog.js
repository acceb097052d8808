// Asks for some words before something is done: a dialog that Escape leaves, and that says what went wrong.

import { el, freshId, say } from "./dom.js";

/**
 * Return {node, open()} of a dialog with a *title* and *fields*: {name, label, hint, most, required}.
 * *act* gets the words by name; what it raises is said in the dialog, else that closes,
 * unless it resolves to null: then the words stay.
 */
export function askDialog({ title, explain, fields, verb, act }) {
  const heading = freshId("ask");
  const inputs = fields.map((field) => inputOf(field));
  const wrong = el("p", { class: "wrong", role: "alert" });
  const submit = el("button", { type: "submit", class: "primary", text: verb });
  const cancel = el("button", {
    type: "button",
    class: "quiet",
    text: "Cancel",
    onclick: () => node.close(),
  });
  const form = el(
    "form",
    {},
    el("h2", { id: heading, text: title }),
    explain && el("p", { class: "muted", text: explain }),
    ...inputs.map(({ label }) => label),
    wrong,
    el("div", { class: "buttons" }, cancel, submit),
  );
  const node = el("dialog", { class: "ask", "aria-labelledby": heading }, form);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    say(wrong, "");
    try {
      const done = await act(Object.fromEntries(inputs.map(({ name, input }) => [name, input.value.trim()])));
      if (done !== null) {
        form.reset();
        node.close();
      }
    } catch (error) {
      say(wrong, [error.message, error.advice].filter(Boolean).join(" "));
    }
    submit.disabled = false;
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });

  return {
    node,
    open() {
      say(wrong, "");
      node.showModal();
      inputs[0].input.focus();
    },
  };
}

function inputOf({ name, label, hint, most, required = false, rows = 3 }) {
  const props = { rows: String(rows), dir: "auto", maxlength: String(most), required };
  const input = el("textarea", props);
  if (hint) input.setAttribute("placeholder", hint);
  return { name, input, label: el("label", { class: "field" }, el("span", { text: label }), input) };
}
