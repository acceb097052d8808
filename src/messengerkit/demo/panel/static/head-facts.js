// What is true of a conversation, in one line: its status, who has it, since when they wait, and why.

import { longSpan, secondsOf, shortTime } from "./days.js";
import { attribute, el, say, show } from "./dom.js";
import { plain } from "./text.js";
import { fullTime } from "./time.js";

const STATUSES = { active: "Active", escalated: "Escalated", resolved: "Resolved", closed: "Closed" };
const PRIORITIES = ["1 · Low", "2", "3 · Normal", "4", "5 · Urgent"];

/** Return {node, update(conversation, {me, now, alertHours})}; *doing* is what head-refusal.js makes. */
export function factsOf(acts, doing) {
  const status = el("span", { class: "chip status" });
  const holder = el("span", { class: "chip holder" });
  const waits = el("span", { class: "chip waits" });
  const reason = el("span", { class: "reason", dir: "auto" });
  const priority = el(
    "select",
    { "aria-label": "Priority" },
    ...PRIORITIES.map((text, at) => el("option", { value: at + 1, text })),
  );
  const bot = el("input", { type: "checkbox", role: "switch" });
  const botLabel = el("label", { class: "bot-switch" }, bot, el("span", { text: "Bot may answer" }));
  let now = null;
  priority.addEventListener("change", async () => {
    const wanted = Number(priority.value);
    if (!(await doing.tried(() => acts.setPriority(wanted)))) priority.value = String(now.priority);
  });
  bot.addEventListener("change", async () => {
    const action = bot.checked ? "enable_rag" : "disable_rag";
    if (!(await doing.control(action, "switch it"))) bot.checked = now.rag_enabled;
  });
  return {
    node: el(
      "div",
      { class: "facts" },
      status,
      holder,
      waits,
      reason,
      el("span", { class: "levers" }, priority, botLabel),
    ),
    update(conversation, about) {
      // What did not change is left, so that nobody's choice is overwritten while they make it.
      if (now?.priority !== conversation.priority) priority.value = String(conversation.priority);
      if (now?.rag_enabled !== conversation.rag_enabled) bot.checked = conversation.rag_enabled;
      now = conversation;
      say(status, STATUSES[conversation.status] ?? plain(conversation.status));
      attribute(status, "data-status", conversation.status);
      const isMine = conversation.assigned_admin_id === about.me;
      say(holder, holding(conversation, isMine));
      attribute(holder, "data-who", !conversation.human_handling ? "bot" : isMine ? "me" : "other");
      drawWaits(waits, conversation.waiting_since, about);
      say(reason, conversation.escalation_reason ?? "");
      attribute(
        botLabel,
        "title",
        conversation.human_handling ? "The bot is silent while a person has this conversation" : "",
      );
    },
  };
}

function drawWaits(node, since, { now, alertHours }) {
  show(node, since !== null);
  if (since === null) return;
  const span = longSpan(now - Date.parse(since));
  say(node, `Waiting for ${span}`);
  attribute(node, "title", `Since ${shortTime(since)} (${fullTime(secondsOf(since))})`);
  attribute(node, "data-alert", alertHours ?? (now - Date.parse(since) > 86_400_000 ? 24 : ""));
}

function holding({ human_handling: isHeld, assigned_admin_id: holder, rag_enabled: botIsOn }, isMine) {
  if (!isHeld) return botIsOn ? "The bot has it" : "Nobody has it";
  if (isMine) return "You have it";
  return holder === null ? "The Page inbox has it" : `${plain(holder)} has it`;
}
