// What the audit's records say, in words.

import { plain } from "./text.js";

const ACTIONS = {
  assign_human: "Took the conversation",
  back_to_bot: "Back to the bot, as nobody wrote",
  close_conversation: "Closed it",
  confirm: "Settled a message: it has arrived",
  delivery: "An answer’s delivery",
  disable_rag: "Switched the bot off",
  discard: "Settled a message: it has not arrived",
  enable_rag: "Switched the bot on",
  erase: "Erased the person’s data",
  escalate: "Asked for a person",
  mark_human_replied: "Marked a message as answered",
  release_human: "Gave it back to the bot",
  replay: "Had an event handled again",
  reply: "Answered",
  resend: "Sent a message again",
  resolve_conversation: "Resolved it",
  set_priority: "Set the priority",
};

const OUTCOMES = {
  cancelled: ["Taken back", ""],
  discarded: ["Discarded", ""],
  done: ["Done", "good"],
  expired: ["Too late to send", "bad"],
  failed: ["Not sent", "bad"],
  in_flight: ["On its way", ""],
  not_sent: ["Not sent", "bad"],
  queued: ["Written down, to be sent", ""],
  refused: ["Refused", "bad"],
  rejected: ["Refused by Meta", "bad"],
  sent: ["Sent", "good"],
  unconfirmed: ["Nobody knows whether it arrived", "doubt"],
  unknown: ["In doubt", "doubt"],
};

const DECISIONS = {
  HUMAN_AGENT: "As a human agent, within 7 days",
  HeldError: "Another admin had it",
  NotFoundError: "It was not there",
  OutsideWindowError: "The time to answer was over",
  RESPONSE: "Within 24 hours",
  StaleVersionError: "It had changed meanwhile",
  TransitionError: "It could not be done there",
  WrongPersonError: "It was meant for another person",
};

/** What was done. */
export const actionTold = ({ action }) => ACTIONS[action] ?? sentence(action);

/** Who did it; the desk itself does what is due. */
export const adminTold = ({ admin_id: adminId }) => (adminId === "desk" ? "The desk itself" : plain(adminId));

/** How it ended: {text, tone}, where the tone is "good", "bad", "doubt" or "". */
export function outcomeTold({ outcome }) {
  const [text, tone] = OUTCOMES[outcome] ?? [sentence(outcome), ""];
  return { text, tone };
}

/** What a rule decided about it, or "". */
export function decisionTold({ decision }) {
  return decision ? (DECISIONS[decision] ?? sentence(decision.replace(/Error$/, ""))) : "";
}

/** What else is worth telling, or "". */
export function detailsTold({ details }) {
  const { error, from, messages, note, to, took_over: tookOver } = details ?? {};
  const told = [];
  if (from !== undefined && to !== undefined)
    told.push(`from ${plain(String(from))} to ${plain(String(to))}`);
  if (Array.isArray(messages) && messages.length > 1) told.push(`${messages.length} messages`);
  if (tookOver === true) told.push("took it with that");
  if (note) told.push("with a note");
  if (error) told.push(sentence(String(error).replace(/Error$/, "")));
  return told.join(", ");
}

// "set_priority" and "OutsideWindow" both become words.
function sentence(raw) {
  const words = plain(raw ?? "")
    .replace(/_/g, " ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
