// Where the person writes: Enter sends, Shift and Enter make a line, files come in three ways.

import { el, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { gist } from "./message-view.js";
import { plain } from "./text.js";
import { trayView } from "./tray-view.js";

const TALLEST = 160; // px

/** Return {node, update(open, person), focus(), take(files)}; *acts*: write, sendFile, cancelReply, unblock, tell. */
export function composerView(name, pageName, acts) {
  const input = el("textarea", {
    rows: "1",
    dir: "auto",
    "aria-label": `Message as ${name}`,
    placeholder: "Message",
    autocomplete: "off",
  });
  const send = el(
    "button",
    { type: "submit", class: "round send", "aria-label": "Send", title: "Send" },
    icon("send"),
  );
  const chosen = el("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files" });
  const attach = el(
    "button",
    {
      type: "button",
      class: "round",
      "aria-label": "Attach files",
      title: "Attach files",
      onclick: () => chosen.click(),
    },
    icon("attach"),
  );
  const tray = trayView({ changed: () => ready(), tell: acts.tell });
  const reply = replyBar(() => {
    acts.cancelReply();
    input.focus();
  });
  const form = el(
    "form",
    { class: "composer", "aria-label": `Write as ${name}` },
    attach,
    chosen,
    input,
    send,
  );
  const blocked = el(
    "div",
    { class: "blocked", hidden: true },
    el("p", { text: `${name} has blocked ${pageName}.` }),
    el("button", { type: "button", class: "quiet", text: "Unblock", onclick: acts.unblock }),
  );

  const ready = () => form.classList.toggle("ready", input.value.trim() !== "" || !tray.isEmpty);
  const fit = () => {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, TALLEST)}px`;
    ready();
  };
  const submit = () => {
    const text = input.value.trim();
    input.value = "";
    fit();
    if (text !== "") acts.write(text);
    for (const file of tray.takeAll()) acts.sendFile(file);
    input.focus();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  input.addEventListener("input", fit);
  input.addEventListener("keydown", (event) => {
    // While a word is being composed, Enter belongs to the input method.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape") acts.cancelReply();
  });
  input.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    tray.add(event.clipboardData.files);
  });
  chosen.addEventListener("change", () => {
    tray.add(chosen.files);
    chosen.value = "";
    input.focus();
  });

  return {
    node: el("div", { class: "foot" }, reply.node, tray.node, blocked, form),
    focus: () => input.focus(),
    take: (files) => {
      tray.add(files);
      input.focus();
    },
    update({ conversation, replyTo }, person) {
      show(form, !person.blocked);
      show(blocked, person.blocked);
      reply.update(replyTo === null ? null : conversation.message(replyTo), pageName);
    },
  };
}

function replyBar(cancel) {
  const whom = el("bdi");
  const what = el("bdi", { class: "muted" });
  const close = el(
    "button",
    {
      type: "button",
      class: "round tiny",
      "aria-label": "Cancel reply",
      title: "Cancel reply",
      onclick: cancel,
    },
    icon("close"),
  );
  const node = el("div", { class: "reply-bar", hidden: true }, icon("reply"), el("p", {}, whom, what), close);
  return {
    node,
    update(message, pageName) {
      show(node, message !== null);
      if (message === null) return;
      const author = message.from === "page" ? plain(message.persona?.name) || pageName : "yourself";
      say(whom, `Reply to ${author}: `);
      say(what, gist(message));
    },
  };
}
