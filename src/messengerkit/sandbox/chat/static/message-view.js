// One message: what it says never changes and is drawn once; marks and reactions are kept up to date.

import { attachmentView } from "./attachment-view.js";
import { avatar } from "./avatar.js";
import { attribute, el } from "./dom.js";
import { icon } from "./icons.js";
import { linkified } from "./links.js";
import { opens } from "./popover.js";
import { drawReactions, ownReaction } from "./reactions-view.js";
import { templateView } from "./template-view.js";
import { isFewEmoji, isTall, plain } from "./text.js";
import { fullTime, isoTime, timeOfDay } from "./time.js";

/**
 * Return {node, update(message, {first, last, picked})} for *message*. *context* has the names, the
 * `quoted(mid)` text of another message, and the acts: `react`, `pickReaction`, `reply`, `tap`.
 */
export function messageView(message, context) {
  const fromPage = message.from === "page";
  const author = authorOf(message, context);
  const reactions = el("div", { class: "chips", hidden: true });
  const mark = el("span", { class: "mark", role: "img" });
  const content = el("div", { class: "content" }, ...contentOf(message, context), reactions);
  const tools = toolsOf(message, context);
  const picture = fromPage && avatar({ name: author.name, picture: author.picture, size: "small" });
  const node = el(
    "article",
    {
      class: `message ${fromPage ? "from-page" : "from-person"}`,
      "aria-label": `${author.name}, ${timeOfDay(message.at)}`,
      onclick: focusOnTap,
    },
    picture,
    el(
      "div",
      { class: "body" },
      el("p", { class: "author" }, el("bdi", { text: author.name })),
      quoteOf(message, context),
      el("div", { class: "line" }, content, fromPage && mark, tools.node),
    ),
  );

  const update = (now, { first, last, picked }) => {
    node.classList.toggle("first", first);
    node.classList.toggle("last", last);
    node.classList.toggle("reacted", (now.reactions ?? []).length > 0);
    attribute(node, "tabindex", picked ? "0" : "-1");
    for (const tool of tools.buttons) attribute(tool, "tabindex", picked ? "0" : "-1");
    if (fromPage) drawMark(mark, now);
    tools.current = ownReaction(now);
    drawReactions(reactions, now, {
      pageName: context.pageName,
      takeBack: () => {
        node.focus();
        context.react(message.mid, null);
      },
    });
  };
  return { node, update };
}

// Where nothing hovers, the tools of a message show while it has the focus.
function focusOnTap({ currentTarget, target }) {
  if (!target.closest("a, button, audio, video") && getSelection().isCollapsed)
    currentTarget.focus({ preventScroll: true });
}

function authorOf({ from, persona }, { pageName }) {
  if (from !== "page") return { name: "You" };
  return { name: plain(persona?.name) || pageName, picture: persona?.profile_picture_url };
}

function quoteOf({ reply_to: mid }, { quoted }) {
  if (!mid) return null;
  const { author, text } = quoted(mid);
  return el("p", { class: "quote" }, icon("reply"), el("bdi", { text: `${author}: ` }), el("bdi", { text }));
}

function contentOf(message, { tap }) {
  const parts = [];
  if (message.text) parts.push(bubble(message));
  if (message.template) parts.push(templateView(message, tap));
  else for (const attachment of message.attachments ?? []) parts.push(attachmentView(attachment));
  if (parts.length === 0)
    parts.push(el("p", { class: "bubble muted", text: "A message with nothing to show" }));
  return parts;
}

function bubble({ text, is_postback: tapped }) {
  const looks = ["bubble", isTall(text) && "tall", isFewEmoji(text) && "big", tapped && "tapped"];
  return el("p", { class: looks.filter(Boolean).join(" "), dir: "auto" }, ...linkified(text));
}

function timeOf({ at }) {
  return el("time", { datetime: isoTime(at), title: fullTime(at), text: timeOfDay(at) });
}

function toolsOf(message, { pickReaction, react, reply }) {
  const tools = { current: null, buttons: [], node: null };
  if (message.from === "page") {
    const pick = el(
      "button",
      { type: "button", class: "round tiny", "aria-label": "React", title: "React", ...opens },
      icon("smile"),
    );
    pick.addEventListener("click", () =>
      pickReaction(pick, tools.current, (emoji) => react(message.mid, emoji)),
    );
    tools.buttons.push(pick);
  }
  const answer = {
    type: "button",
    class: "round tiny",
    "aria-label": "Reply",
    title: "Reply",
    onclick: () => reply(message.mid),
  };
  tools.buttons.push(el("button", answer, icon("reply")));
  tools.node = el("div", { class: "tools" }, el("div", { class: "pill" }, timeOf(message), ...tools.buttons));
  return tools;
}

function drawMark(mark, { delivered, read }) {
  const state = read ? "Read" : delivered ? "Delivered" : "Not delivered yet";
  if (mark.title === state) return;
  mark.title = state;
  mark.setAttribute("aria-label", state);
  mark.dataset.state = read ? "read" : delivered ? "delivered" : "sent";
}

/** Return one line that tells *message* to someone who has read it before. */
export function gist(message) {
  const template = message.template;
  const titled =
    template?.text ?? template?.elements?.[0]?.title ?? template?.title ?? template?.template_type;
  const [attachment] = message.attachments ?? [];
  const text = message.text || titled || attachment?.name || attachment?.type || "a message";
  return String(text).slice(0, 200);
}
