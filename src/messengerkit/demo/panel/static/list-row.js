// One conversation in the list: what differs is drawn anew, and nothing else.

import { avatar } from "./avatar.js";
import { attribute, el, say, show } from "./dom.js";
import { authorOf, gist, isLost } from "./gist.js";
import { icon } from "./icons.js";
import { timesOf } from "./list-order.js";
import { toConversation } from "./route.js";
import { isTall, plain } from "./text.js";
import { alertOf, shortTime, waited } from "./waiting.js";

const LEAST = 1; // the priority that goes without saying
const SETTLED = { resolved: "Resolved", closed: "Closed" };

/** Return {node, link, update(conversation, facts)}; *facts*: minute, isOpen, isCurrent, isNews, manyPages. */
export function listRow(id, store) {
  const name = el("bdi", { class: "name" });
  const news = el("span", { class: "sr", text: ", new message" });
  const when = el("span", { class: "when" });
  const last = el("span", { class: "last" });
  const marks = el("span", { class: "marks" });
  const top = el("span", { class: "top" }, name, news, when);
  const face = el("span", { class: "face" });
  const link = el(
    "a",
    { class: "row", href: new URL(toConversation(id), location.href) },
    face,
    el("span", { class: "what" }, top, last, marks),
  );
  const node = el("li", {}, link);
  let drawn = [];
  let seen = "";

  const draw = (conversation, preview, typing, facts) => {
    const called = store.nameOf(id);
    if (seen !== `${called} ${preview?.picture}`) {
      seen = `${called} ${preview?.picture}`;
      face.replaceChildren(
        avatar({ name: called, picture: preview?.picture ?? "", seed: conversation.psid }),
      );
      say(name, called);
    }
    drawWhen(when, conversation, store.now());
    drawLast(last, preview?.last_message ?? null, typing, store.me?.adminId);
    drawMarks(marks, conversation, facts.manyPages, store.me?.adminId);
    show(news, facts.isNews);
    link.classList.toggle("news", facts.isNews);
    attribute(link, "tabindex", facts.isCurrent ? "0" : "-1");
    if (facts.isOpen) attribute(link, "aria-current", "true");
    else link.removeAttribute("aria-current");
  };

  return {
    node,
    link,
    update(conversation, facts) {
      const preview = store.previews.get(id);
      const typing = store.typingIn(id).join(", ");
      const { minute, isOpen, isCurrent, isNews, manyPages } = facts;
      const now = [conversation, preview, typing, minute, isOpen, isCurrent, isNews, manyPages, store.me];
      if (now.every((each, at) => each === drawn[at])) return;
      drawn = now;
      draw(conversation, preview, typing, facts);
    },
  };
}

function drawWhen(node, conversation, now) {
  const { last, waits } = timesOf(conversation);
  const isWaiting = Number.isFinite(waits);
  const alert = isWaiting ? alertOf(now - waits) : null;
  const text = isWaiting ? waited(now - waits) : last === 0 ? "" : shortTime(last, now);
  const look = `${isWaiting} ${alert} ${text}`;
  if (node.dataset.look === look) return;
  node.dataset.look = look;
  node.className = `when ${isWaiting ? "waits" : ""} ${alert === null ? "" : `over-${alert}`}`;
  const told = el("span", { class: "sr", text: isWaiting ? ", waiting for " : ", " });
  node.replaceChildren(told, isWaiting ? icon("clock") : "", text);
}

function drawLast(node, message, typing, me) {
  const lost = message !== null && isLost(message);
  const author = message === null ? "" : authorOf(message, me);
  const text = message === null ? "" : gist(message);
  const look = JSON.stringify([typing, lost, author, text]);
  if (node.dataset.look === look) return;
  node.dataset.look = look;
  node.className = `last ${typing === "" ? "" : "typing"} ${isTall(text) ? "tall" : ""}`;
  if (typing !== "") return say(node, `${plain(typing)} is typing…`);
  node.replaceChildren(
    el("span", { class: "sr", text: ", " }),
    lost ? el("span", { class: "lost", text: "Not sent · " }) : "",
    author === "" ? "" : el("bdi", { class: "by", text: `${author}: ` }),
    el("bdi", { text }),
  );
}

function drawMarks(node, conversation, manyPages, me) {
  const { page_id: page, priority, escalation_reason: reason, status } = conversation;
  const holder = holderOf(conversation, me);
  const look = JSON.stringify([priority, reason, holder, status, manyPages]);
  if (node.dataset.look === look) return;
  node.dataset.look = look;
  const marks = [];
  if (priority > LEAST)
    marks.push(
      el(
        "span",
        { class: `mark priority p${priority}`, title: `Priority ${priority} of 5` },
        spoken(`, priority ${priority}`, `P${priority}`),
      ),
    );
  if (SETTLED[status]) marks.push(mark("settled", SETTLED[status]));
  if (holder !== "") marks.push(mark(holder === "You" ? "holder mine" : "holder", holder, ", with "));
  if (status === "escalated" && reason) marks.push(mark("reason", plain(reason), ", "));
  if (manyPages) marks.push(mark("page", `Page …${page.slice(-4)}`, ", "));
  node.replaceChildren(...marks);
  show(node, marks.length > 0);
}

function mark(kind, text, before = ", ") {
  return el(
    "span",
    { class: `mark ${kind}` },
    el("span", { class: "sr", text: before }),
    el("bdi", { text }),
  );
}

function spoken(said, shown) {
  const parts = document.createDocumentFragment();
  parts.append(el("span", { class: "sr", text: said }), el("span", { "aria-hidden": "true", text: shown }));
  return parts;
}

/** Return who has *conversation*: "You", an admin's id, "Page inbox", or "" if the bot does. */
export function holderOf({ assigned_admin_id: holder, human_handling: byHand }, me) {
  if (holder !== null) return holder === me ? "You" : plain(holder);
  return byHand ? "Page inbox" : "";
}
