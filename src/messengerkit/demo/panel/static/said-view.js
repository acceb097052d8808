// One message of a conversation: who said what, and how far it has come; kept up to date.

import { avatar } from "./avatar.js";
import "./conversation-icons.js";
import { secondsOf } from "./days.js";
import { arrange, attribute, el, say, show } from "./dom.js";
import { called, enclosedView } from "./enclosed-view.js";
import { icon } from "./icons.js";
import { linkified } from "./links.js";
import { metaView } from "./meta-view.js";
import { isFewEmoji, isTall, plain } from "./text.js";
import { fullTime, isoTime, timeOfDay } from "./time.js";

/**
 * Return {node, update(message, {first, last, picked, told, isLate})} for *message*. *context* has `me`, `nameOf()`,
 * `picture()`, `thread`, `quoted(mid)`, `canReply()`, and the acts `reply`, `settle`, `markAnswered`.
 */
export function saidView(message, context) {
  const kind = kindOf(message);
  const isOwn = kind !== "user" && message.sent_by !== null && message.sent_by === context.me();
  const author = el("bdi");
  const at = secondsOf(message.created_at);
  const time = el("time", { datetime: isoTime(at), title: fullTime(at), text: timeOfDay(at) });
  const said = el("div", { class: "content" });
  const quote = el("p", { class: "quote", hidden: true });
  const wanted = el("div", { class: "wanted", hidden: true });
  const meta = metaView(message, context);
  const tools = toolsOf(message, context);
  const face = faceOf(kind, message, context);
  const node = el(
    "article",
    { class: `message from-${kind}${isOwn && kind === "human" ? " mine" : ""}`, onclick: focusOnTap },
    face.node,
    el(
      "div",
      { class: "body" },
      el("p", { class: "author" }, kind === "note" && icon("note"), author, time),
      quote,
      el("div", { class: "line" }, said, tools.node),
      wanted,
      meta.node,
    ),
  );
  let drawn = null;

  const update = (now, { first, last, picked, told, isLate }) => {
    const name = authorOf(kind, now, context);
    const title = kind !== "note" ? name : isOwn ? "Your note" : `Note by ${name}`;
    say(author, title);
    face.update(name);
    attribute(node, "aria-label", `${title}, ${timeOfDay(at)}`);
    node.classList.toggle("begins", first);
    node.classList.toggle("ends", last);
    attribute(node, "tabindex", picked ? "0" : "-1");
    tools.update(now, picked);
    const look = lookOf(now, context);
    if (look !== drawn) arrange(said, contentOf(now, context));
    drawn = look;
    drawQuote(quote, now, context);
    drawWanted(wanted, now, context);
    meta.update(now, { told, isLate });
  };
  return { node, update };
}

const kindOf = ({ metadata, sender_type: sender }) => (metadata?.internal ? "note" : sender);

// Where nothing hovers, the tools of a message show while it has the focus.
function focusOnTap({ currentTarget, target }) {
  if (!target.closest("a, button, audio, video") && getSelection().isCollapsed)
    currentTarget.focus({ preventScroll: true });
}

/** Return who wrote *message*, as this admin would say it. */
export function authorOf(kind, { sent_by: admin }, { me, nameOf }) {
  if (kind === "user") return nameOf();
  if (kind === "bot") return "Bot";
  if (admin === null) return "Page inbox";
  return admin === me() ? "You" : plain(admin);
}

function faceOf(kind, { sent_by: admin }, { picture }) {
  if (kind === "note") return { node: null, update() {} };
  if (kind === "bot")
    return {
      node: el("span", { class: "avatar small bot", "aria-hidden": "true" }, icon("bot")),
      update() {},
    };
  const place = el("span", { class: "portrait" });
  let drawn = null;
  return {
    node: place,
    update(name) {
      const look = `${name} ${kind === "user" ? picture() : ""}`;
      if (look === drawn) return;
      drawn = look;
      const shown =
        kind === "user" ? { name, picture: picture() } : { name: admin ?? "Page", seed: admin ?? "Page" };
      place.replaceChildren(avatar({ ...shown, size: "small" }));
    },
  };
}

const lookOf = ({ id, text, attachments, metadata }, { thread }) =>
  JSON.stringify([
    text,
    attachments,
    metadata?.deleted,
    metadata?.edits,
    metadata?.reaction,
    thread.files.has(id),
  ]);

function contentOf({ id, text, attachments, metadata = {} }, { thread }) {
  if (metadata.deleted) return [el("p", { class: "bubble gone", text: "This message was deleted." })];
  const parts = [];
  if (text) parts.push(bubble(text, metadata));
  for (const one of attachments ?? []) parts.push(enclosedView(one, thread.files.get(id)));
  if (parts.length === 0)
    parts.push(el("p", { class: "bubble gone", text: "A message with nothing to show" }));
  if (metadata.reaction)
    parts.push(
      el("span", { class: "reaction emoji", title: "The person's reaction", text: plain(metadata.reaction) }),
    );
  return parts;
}

function bubble(text, { payload }) {
  const looks = ["bubble", isTall(text) && "tall", isFewEmoji(text) && "big", payload && "tapped"];
  return el("p", { class: looks.filter(Boolean).join(" "), dir: "auto" }, ...linkified(text));
}

function drawQuote(node, { id, metadata }, { quoted, thread }) {
  const mid = metadata?.reply_to ?? thread.answers.get(id);
  show(node, Boolean(mid));
  if (!mid) return;
  const { author, text } = quoted(mid);
  if (node.dataset.look === author + text) return;
  node.dataset.look = author + text;
  node.replaceChildren(icon("reply"), el("bdi", { text: `${author}: ` }), el("bdi", { text }));
}

function drawWanted(node, message, { markAnswered }) {
  const { requires_human: wanted, human_replied: done } = message;
  show(node, wanted);
  if (!wanted || node.dataset.look === String(done)) return;
  node.dataset.look = String(done);
  const word = el("span", { text: done ? "A person has answered" : "A person should answer this" });
  const button = el("button", {
    type: "button",
    class: "link",
    text: "Mark as answered",
    onclick() {
      node.closest(".message").focus({ preventScroll: true }); // for the button is about to go
      markAnswered(message.id);
    },
  });
  node.replaceChildren(icon(done ? "check" : "flag"), word, ...(done ? [] : [button]));
}

function toolsOf({ metadata }, { reply, canReply }) {
  const button = el(
    "button",
    { type: "button", class: "round tiny", "aria-label": "Reply", title: "Reply" },
    icon("reply"),
  );
  const node = el("div", { class: "tools" }, button);
  let mid = null;
  button.addEventListener("click", () => reply(mid));
  return {
    node,
    update(now, picked) {
      mid = now.mid;
      show(node, mid !== null && !metadata?.internal && !now.metadata?.deleted && canReply());
      attribute(button, "tabindex", picked ? "0" : "-1");
    },
  };
}

/** Return one line that tells *message* to someone who has read it before. */
export function gist({ text, attachments, metadata }) {
  if (metadata?.deleted) return "a deleted message";
  const [first] = attachments ?? [];
  return String(text || (first && called(first.type)) || "a message").slice(0, 200);
}
