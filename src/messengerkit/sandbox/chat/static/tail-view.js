// What stands below the last message: who types, what is on its way, quick replies, Get Started.

import { avatar } from "./avatar.js";
import { arrange, el, show } from "./dom.js";
import { linkified, webUrl } from "./links.js";
import { plain } from "./text.js";

/** What Messenger would know of the person, for quick replies that ask for it. */
const KNOWN = {
  user_phone_number: () => "+15555550100",
  user_email: ({ psid }) => `person-${psid}@example.com`,
};

/** Return {nodes, update()}: *acts* has `tapQuickReply`, `getStarted`, `retry` and `discard`. */
export function tailView(pageName, acts) {
  const typing = el("div", { class: "typing", hidden: true });
  const waiting = el("div", { class: "waiting", "aria-live": "off" });
  const replies = el("div", {
    class: "quick-replies",
    role: "group",
    "aria-label": "Quick replies",
    hidden: true,
  });
  const button = el("button", {
    type: "button",
    class: "primary",
    text: "Get Started",
    onclick: acts.getStarted,
  });
  const start = welcome(pageName, button);

  return {
    nodes: [start, waiting, typing, replies],
    update({ conversation, outbox }, person) {
      show(
        start,
        conversation.loaded &&
          conversation.messages.length === 0 &&
          outbox.entries.length === 0 &&
          !person.blocked,
      );
      show(button, conversation.getStarted !== null);
      drawOnce(typing, typingLook(conversation), () => dots(conversation.typingPersona, pageName));
      drawOnce(waiting, JSON.stringify(outbox.entries), () =>
        outbox.entries.map((entry) => pending(entry, acts)),
      );
      drawOnce(replies, JSON.stringify(conversation.quickReplies), () =>
        conversation.quickReplies.map((reply) => quickReply(reply, person, acts.tapQuickReply)),
      );
    },
  };
}

function drawOnce(node, look, draw) {
  if (node.dataset.look === look) return;
  node.dataset.look = look;
  const nodes = look === "" ? [] : draw();
  arrange(node, nodes);
  show(node, nodes.length > 0);
}

function welcome(pageName, button) {
  return el(
    "div",
    { class: "welcome", hidden: true },
    avatar({ name: pageName, size: "large" }),
    el("p", { class: "title" }, el("bdi", { text: pageName })),
    el("p", { class: "muted", text: "Nothing has been said yet." }),
    button,
  );
}

const typingLook = ({ typing, typingPersona }) => (typing ? JSON.stringify([typingPersona]) : "");

function dots(persona, pageName) {
  const name = plain(persona?.name) || pageName;
  return [
    avatar({ name, picture: persona?.profile_picture_url, size: "small" }),
    el(
      "p",
      { class: "bubble dots" },
      el("span", { class: "sr", text: `${name} is typing` }),
      el("i"),
      el("i"),
      el("i"),
    ),
  ];
}

function pending(entry, { retry, discard }) {
  const failed = entry.state === "failed";
  const button = (text, act) =>
    el("button", { type: "button", class: "quiet", text, onclick: () => act(entry) });
  return el(
    "div",
    { class: `pending ${failed ? "failed" : ""}` },
    el("p", { class: "bubble", dir: "auto" }, ...linkified(entry.label)),
    failed
      ? el(
          "p",
          { class: "state", role: "alert" },
          el("span", { text: `Not sent. ${entry.error}` }),
          button("Try again", retry),
          button("Discard", discard),
        )
      : el("p", { class: "state", text: "Sending…" }),
  );
}

function quickReply(reply, person, tap) {
  const text = KNOWN[reply.content_type]?.(person) ?? String(reply.title ?? "");
  const payload = reply.content_type in KNOWN ? text : (reply.payload ?? "");
  const url = webUrl(reply.image_url);
  return el(
    "button",
    { type: "button", class: "quick-reply", onclick: () => tap(payload, text) },
    url &&
      el("img", {
        src: url,
        alt: "",
        referrerpolicy: "no-referrer",
        onerror: ({ target }) => target.remove(),
      }),
    el("bdi", { text: plain(text) }),
  );
}
