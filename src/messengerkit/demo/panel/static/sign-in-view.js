// Where an admin signs in: the key goes into one request, and is kept nowhere.

import { el, freshId, say } from "./dom.js";

const WRONG = "This key is not right, or not for this ID.";

/** Return {open(), close()} of a dialog that lies over the page until somebody is signed in. */
export function signInView(session) {
  const id = el("input", {
    type: "text",
    name: "admin",
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    maxlength: "128",
    "aria-describedby": "sign-in-hint",
  });
  const key = el("input", { type: "password", name: "key", autocomplete: "off", required: true });
  const title = el("h1", { text: "Sign in", id: "sign-in-title" });
  const why = el("p", { class: "muted" });
  const wrong = el("p", { class: "wrong", role: "alert" });
  const button = el("button", { type: "submit", class: "primary", text: "Sign in" });
  const form = el(
    "form",
    { onsubmit: submit },
    field(
      "Your ID",
      id,
      el("span", { class: "hint", id: "sign-in-hint", text: "Leave it empty if the key is yours alone." }),
    ),
    field("Key", key),
    wrong,
    button,
  );
  const logo = el("img", {
    class: "logo",
    src: new URL("favicon.svg", import.meta.url),
    alt: "",
    width: "40",
    height: "40",
  });
  const dialog = el(
    "dialog",
    { class: "sign-in", "aria-labelledby": "sign-in-title" },
    logo,
    title,
    why,
    form,
  );
  document.body.append(dialog);
  let isNeeded = false;

  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => isNeeded && dialog.showModal()); // Escape twice closes any dialog

  async function submit(event) {
    event.preventDefault();
    const typed = key.value;
    if (typed === "" || button.disabled) return;
    key.value = "";
    button.disabled = true;
    say(wrong, "");
    try {
      await session.signIn(typed, id.value.trim());
    } catch (error) {
      say(wrong, error.status === 401 ? WRONG : `${error.message} ${error.advice}`.trim());
      key.focus();
    }
    button.disabled = false;
  }

  return {
    /** Open it; *again* says that a session has ended. */
    open(again) {
      isNeeded = true;
      say(title, again ? "Sign in again" : "Sign in");
      say(why, again ? "Your session has ended. What you have written is still here." : "Support panel");
      if (dialog.open) return;
      dialog.showModal();
      (id.value === "" ? id : key).focus();
    },
    close() {
      isNeeded = false;
      say(wrong, "");
      if (dialog.open) dialog.close();
    },
  };
}

function field(label, input, hint = null) {
  input.id = freshId("field");
  return el("div", { class: "field" }, el("label", { for: input.id, text: label }), input, hint);
}
