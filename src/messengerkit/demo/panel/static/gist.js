// One line that tells a message to someone who has not opened its conversation.

import { plain } from "./text.js";

const CALLED = { image: "Picture", video: "Video", audio: "Audio", file: "File", template: "Cards" };
const LONGEST = 160; // characters; a line shows fewer
const NOT_THERE = new Set(["rejected", "failed", "expired"]);

/** Whether *message* surely did not reach the person. */
export const isLost = ({ status }) => NOT_THERE.has(status);

/** Return what *message* says. */
export function gist({ text, attachments, metadata }) {
  if (metadata?.deleted) return "Deleted message";
  if (text) return text.slice(0, LONGEST);
  const [first] = attachments ?? [];
  if (first === undefined) return "Message";
  const more = attachments.length > 1 ? ` and ${attachments.length - 1} more` : "";
  return `${CALLED[first.type] ?? "Attachment"}${more}`;
}

/** Return who wrote *message*, as in "Bot"; "" for the person. */
export function authorOf({ sender_type: sender, sent_by: by, metadata }, me) {
  if (sender === "user") return "";
  const who = sender === "bot" ? "Bot" : by === me ? "You" : plain(by ?? "") || "Page";
  return metadata?.internal ? `Note, ${who}` : who;
}
