// Where an admin writes: Enter sends, Shift and Enter make a line, files come in three ways.

import { cannedView } from "./canned-view.js";
import { filled } from "./canned.js";
import "./conversation-icons.js";
import { attribute, el, freshId, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { slashView } from "./slash-view.js";
import { trayView } from "./tray-view.js";

const TALLEST = 180; // px
const LONGEST = 2000; // UTF-16 units, as Meta counts
const NARROW = matchMedia("(max-width: 719px)"); // as in conversation.css
const NEAR = 200; // of them left, from which they are counted

/**
 * Return {node, update({name, known, open, replyTo}), focus(), take(files), isEmpty}. *acts*: `write(text)`, `sendFile(file)`,
 * `cancelReply()`, `keep(text)`, `typed()`, `stopped()`, `tell(sentence)`; *begun* is the text to go on with.
 */
export function replyView(acts, begun) {
  const count = el("p", { class: "letters", id: freshId("count"), hidden: true });
  const input = el("textarea", { rows: "1", dir: "auto", autocomplete: "off", "aria-describedby": count.id });
  const send = el(
    "button",
    { type: "submit", class: "round send", "aria-label": "Send", title: "Send (Enter)" },
    icon("send"),
  );
  const chosen = el("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files" });
  const attach = el("button", { ...round("Attach files"), onclick: () => chosen.click() }, icon("attach"));
  const tray = trayView({ changed: () => ready(), tell: acts.tell, preview: true });
  const reply = replyBar(() => {
    acts.cancelReply();
    input.focus();
  });
  let personsName = "";
  const put = (answer) => {
    const follows = !input.value.startsWith("/") && /\S$/u.test(input.value.slice(0, input.selectionStart));
    const text = `${follows ? " " : ""}${filled(answer, personsName)}`;
    const [start, end] = input.value.startsWith("/")
      ? [0, input.value.length]
      : [input.selectionStart, input.selectionEnd];
    input.setRangeText(text, start, end, "end");
    changed();
    input.focus();
  };
  const canned = cannedView({ choose: put, draft: () => input.value });
  const slash = slashView(input, put);
  const form = el("form", { class: "composer" }, attach, chosen, canned.button, input, send);

  const ready = () => {
    const length = input.value.trim().length;
    const left = LONGEST - length;
    show(count, left <= NEAR);
    const told = left >= 0 ? `${left} left` : `${-left} too many: Messenger takes ${LONGEST} in one message`;
    say(count, left <= NEAR ? told : ""); // it describes the field also while it is hidden
    count.classList.toggle("over", left < 0);
    form.classList.toggle("ready", left >= 0 && (length > 0 || !tray.isEmpty));
    send.disabled = !form.classList.contains("ready") || input.disabled;
  };
  const fit = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, TALLEST)}px`;
    ready();
  };
  const changed = () => {
    fit();
    acts.keep(input.value);
    slash.look();
    if (input.value.trim() === "") acts.stopped();
    else acts.typed();
  };
  const submit = () => {
    if (send.disabled) return;
    const text = input.value.trim();
    input.value = "";
    if (text !== "") acts.write(text);
    for (const file of tray.takeAll()) acts.sendFile(file);
    changed();
    input.focus();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener("input", changed);
  input.addEventListener("blur", slash.close);
  input.addEventListener("keydown", (event) => {
    if (slash.keyed(event)) return;
    // While a word is being composed, Enter belongs to the input method.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && reply.isShown) {
      event.preventDefault();
      acts.cancelReply();
    }
  });
  input.addEventListener("paste", (event) => {
    const { files } = event.clipboardData;
    if (files.length === 0) return;
    // A table brings its text as well, which goes into the field; a file brings its name.
    const text = event.clipboardData.getData("text/plain");
    if (text === "" || [...files].some(({ name }) => text.includes(name))) event.preventDefault();
    tray.add(files);
  });
  chosen.addEventListener("change", () => {
    tray.add(chosen.files);
    chosen.value = "";
    input.focus();
  });
  input.value = begun;
  queueMicrotask(fit);

  return {
    node: el("div", { class: "foot" }, reply.node, tray.node, slash.node, form, count, canned.layer),
    get isEmpty() {
      return tray.isEmpty;
    },
    focus: () => input.focus({ preventScroll: true }),
    fit,
    take(files) {
      if (input.disabled) return;
      tray.add(files);
      input.focus();
    },
    update({ name, known, open, replyTo }) {
      personsName = known;
      attribute(form, "aria-label", `Write to ${name}`);
      attribute(input, "aria-label", `Message to ${name}`);
      const hint = NARROW.matches ? "Message" : "Write a message, or / for a canned answer";
      attribute(input, "placeholder", open ? hint : "The reply window is over");
      for (const control of [input, attach, canned.button]) control.disabled = !open;
      reply.update(replyTo);
      ready();
    },
  };
}

const round = (label) => ({ type: "button", class: "round", "aria-label": label, title: label });

function replyBar(cancel) {
  const whom = el("bdi");
  const what = el("bdi", { class: "muted" });
  const close = el(
    "button",
    { ...round("Cancel reply"), class: "round tiny", onclick: cancel },
    icon("close"),
  );
  const node = el("div", { class: "reply-bar", hidden: true }, icon("reply"), el("p", {}, whom, what), close);
  return {
    node,
    get isShown() {
      return !node.hidden;
    },
    update(quoted) {
      show(node, quoted !== null);
      if (quoted === null) return;
      say(whom, `Reply to ${quoted.author}: `);
      say(what, quoted.text);
    },
  };
}
