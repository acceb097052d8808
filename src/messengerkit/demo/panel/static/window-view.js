// Until when this conversation may be answered, and by whom: a line that counts down.

import { el, say } from "./dom.js";
import "./conversation-icons.js";
import { longSpan, shortTime } from "./days.js";
import { icon } from "./icons.js";

const SOON = 2 * 3600 * 1000; // ms before the end, from which the line warns
const LONG = "Meta closes a conversation 7 days after the person last wrote";
const SHORT = "Meta closes a conversation 24 hours after the person last wrote";

/** Return {words, tone, open} for *window*, as the status has it, at *now* in ms. */
export function windowWords(window, now) {
  if (window === null) return { words: "", tone: "calm", open: true };
  const { human_until: human, bot_until: bot, human_agent: agent } = window;
  if (human === null)
    return { words: "Nobody knows when they last wrote: Meta decides.", tone: "warn", open: true };
  const [left, botLeft] = [Date.parse(human) - now, Date.parse(bot ?? human) - now];
  if (left <= 0) {
    const words = `Nobody may answer any more until they write: ${agent ? LONG : SHORT}.`;
    return { words, tone: "over", open: false };
  }
  if (botLeft > 0 && agent) {
    const words = `The bot may answer for ${longSpan(botLeft)}, people until ${shortTime(human)}.`;
    return { words, tone: "calm", open: true };
  }
  if (botLeft > 0) {
    const words = `You and the bot may answer for ${longSpan(left)}.`;
    return { words, tone: left < SOON ? "warn" : "calm", open: true };
  }
  const words = `Only people may answer, until ${shortTime(human)} (Human Agent): ${longSpan(left)} left.`;
  return { words, tone: left < SOON ? "warn" : "person", open: true };
}

const ICONS = { calm: "clock", warn: "alarm", person: "hand", over: "lock" };

/** Return {node, update(told)}, which shows what windowWords returns. */
export function windowView() {
  const place = el("span");
  const words = el("span");
  const node = el("p", { class: "window", hidden: true }, place, words);
  return {
    node,
    update({ words: told, tone }) {
      node.hidden = told === "";
      say(words, told);
      if (node.dataset.tone === tone) return;
      node.dataset.tone = tone;
      place.replaceChildren(icon(ICONS[tone]));
    },
  };
}
