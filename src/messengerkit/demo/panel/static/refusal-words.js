// Why a request was refused, in plain words, and what can be done about it.

import { plain } from "./text.js";

/** Return who has *conversation*, as *me* (an admin's id) would say it; "" if no person has. */
export function holderOf({ human_handling: held, assigned_admin_id: holder }, me) {
  if (!held) return "";
  if (holder === null) return "somebody in the Page inbox";
  return holder === me ? "you" : plain(holder);
}

/**
 * Return {sentence, advice, acts} for *refusal*, a Refused; each act is {label, takeOver, isRetry}.
 * *before* is the conversation as it was seen, *now* as it is, *again* the verb of trying again, and
 * *isOpen* says that by now it may be answered.
 */
export function refusalWords(refusal, { before, now, me, again = "send", isOpen = false }) {
  const { code, message, advice } = refusal;
  const retry = (label, takeOver = false) => ({ label, takeOver });
  if (code === "held") {
    const who = plain(refusal.adminId) || "Another admin";
    return {
      sentence: `${who} has this conversation.`,
      advice: `Ask ${plain(refusal.adminId) || "them"}, or take it over.`,
      acts: [retry(`Take it over and ${again}`, true)],
    };
  }
  if (code === "stale_version") {
    const other = now && now.assigned_admin_id !== null && now.assigned_admin_id !== me;
    return {
      sentence: `This conversation has changed meanwhile: ${changeOf(before, now, me)}.`,
      advice: "Look at it as it is now, and decide again.",
      acts: [other ? retry(`Take it over and ${again}`, true) : retry(`${capital(again)} anyway`)],
    };
  }
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
  const isTold = message.includes(advice.split(/[;.]/)[0]); // some sentences end with their advice
  const acts = code === "outside_window" && !isOpen ? [] : [retry("Try again")];
  return { sentence, advice: isTold ? "" : advice, acts };
}

function changeOf(before, now, me) {
  if (!now || !before) return "it went into other hands";
  if (now.status !== before.status && ["resolved", "closed"].includes(now.status))
    return `it was ${now.status}`;
  const [had, has] = [holderOf(before, me), holderOf(now, me)];
  if (had !== has && has !== "") return `${has} ${has === "you" ? "have" : "has"} it now`;
  if (had !== has) return "it was given back to the bot";
  if (now.rag_enabled !== before.rag_enabled) return `the bot was switched ${now.rag_enabled ? "on" : "off"}`;
  return "it went into other hands and back";
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);
