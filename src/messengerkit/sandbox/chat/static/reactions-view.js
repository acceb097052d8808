// The emoji to react with, in one layer for the whole page, and the reactions that a message has.

import { arrange, el } from "./dom.js";
import { popover } from "./popover.js";

const EMOJI = [
  ["❤", "Love"],
  ["😆", "Laugh"],
  ["😮", "Wow"],
  ["😢", "Sad"],
  ["😡", "Angry"],
  ["👍", "Like"],
  ["👎", "Dislike"],
];

const same = (one, other) => one?.replaceAll("\uFE0F", "") === other?.replaceAll("\uFE0F", "");

/** What the person has reacted with to *message*, or null. */
export const ownReaction = (message) => message.reactions?.find(({ by }) => by === "person")?.emoji ?? null;

/** Return {layer, open(button, current, picked)}: *picked* is called with an emoji, or null to take back. */
export function reactionPicker() {
  let current = null;
  let picked = () => {};
  const buttons = EMOJI.map(([emoji, name]) =>
    el("button", {
      type: "button",
      class: "emoji",
      "aria-label": `${name} ${emoji}`,
      title: name,
      text: emoji,
      onclick: () => choose(emoji),
    }),
  );
  const { layer, open, close } = popover(
    { class: "reactions", role: "group", "aria-label": "Reactions" },
    ...buttons,
  );

  const choose = (emoji) => {
    close();
    picked(same(emoji, current) ? null : emoji);
  };

  return {
    layer,
    open(button, now, then) {
      [current, picked] = [now, then];
      buttons.forEach((each, at) => each.setAttribute("aria-pressed", String(same(EMOJI[at][0], now))));
      open(button);
    },
  };
}

/** Draw the reactions of *message* into *row*; one's own is a button that takes it back. */
export function drawReactions(row, message, { pageName, takeBack }) {
  const chips = (message.reactions ?? []).map(({ by, emoji }) =>
    by === "person"
      ? el("button", {
          type: "button",
          class: "chip emoji",
          "aria-label": `Take back ${emoji}`,
          title: "Take back",
          text: emoji,
          onclick: takeBack,
        })
      : el("span", {
          class: "chip emoji",
          role: "img",
          "aria-label": `${pageName} reacted with ${emoji}`,
          text: emoji,
        }),
  );
  const look = chips.map((chip) => chip.getAttribute("aria-label")).join();
  if (row.dataset.look === look) return;
  row.dataset.look = look;
  arrange(row, chips);
  row.hidden = chips.length === 0;
}
