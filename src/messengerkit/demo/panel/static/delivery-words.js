// How far an outgoing message has come: in words, with an icon, and what a person can do about it.

/** What each state says; `tone` is "calm", "busy", "doubt" or "failed". */
const STATES = {
  queued: { icon: "clock", words: "Waiting to be sent", tone: "busy" },
  in_flight: { icon: "clock", words: "Sending…", tone: "busy" },
  unknown: {
    icon: "question",
    words: "No clear answer from Meta",
    more: "Finding out whether it arrived. Do not send it again.",
    tone: "doubt",
  },
  sent: { icon: "check", words: "Sent", tone: "calm" },
  delivered: { icon: "checks", words: "Delivered", tone: "calm" },
  read: { icon: "checks", words: "Read", tone: "calm" },
  rejected: { icon: "alarm", words: "Refused", tone: "failed" },
  failed: { icon: "alarm", words: "Not sent", tone: "failed" },
  expired: { icon: "alarm", words: "Not sent: its time was over", tone: "failed" },
  cancelled: { icon: "no", words: "Taken back, not sent", tone: "failed" },
  unconfirmed: {
    icon: "question",
    words: "Nobody could find out whether this arrived",
    more: "Look at what the person writes next, or ask them; then say what is true.",
    tone: "doubt",
  },
};

const DECIDE = [
  { settlement: "confirm", label: "It arrived" },
  { settlement: "discard", label: "It did not" },
  { settlement: "resend", label: "Send again" },
];

/**
 * Return {icon, words, more, tone, acts} of *message*, or null for a person's own and for notes.
 * *isLate* says that it had left when somebody took the conversation from the bot.
 */
export function deliveryOf(message, { isLate = false } = {}) {
  if (message.sender_type === "user" || message.metadata?.internal || message.status === null) return null;
  const state = STATES[message.status] ?? { icon: "question", words: message.status, tone: "doubt" };
  const more = state.more ?? problemOf(message, state);
  const told = { icon: state.icon, words: state.words, more, tone: state.tone, acts: actsOf(message, state) };
  if (message.metadata?.resent_as) return { ...told, more: "It was sent again.", acts: [] };
  if (isLate && ["busy", "doubt"].includes(state.tone)) return { ...told, more: LATE };
  return told;
}

const LATE = "It had left before a person took over, and may still arrive.";

function problemOf({ problem, error }, { tone }) {
  if (tone !== "failed") return "";
  if (!problem) return error ? `Meta's word for it: ${error}.` : "";
  return [problem.reason, problem.advice].filter(Boolean).join(" ");
}

function actsOf({ status, sender_type: sender }, { tone }) {
  if (status === "unconfirmed") return DECIDE;
  if (tone !== "failed") return [];
  if (sender === "human") return [{ settlement: "resend", label: "Send again" }];
  // What was taken from the bot on purpose is not offered; what failed may be said by a person.
  return status === "cancelled" ? [] : [{ settlement: "resend", label: "Send it as yours" }];
}

/** What an entry of sends.js is doing, in words. */
export function pendingWords({ state, adminId }) {
  if (state === "sending") return "Sending…";
  if (state === "retrying") return "The server does not answer. Trying again, and it is sent once.";
  if (state === "signed-out") return `Waiting until ${adminId} signs in again`;
  return "Waiting for the message before it";
}
