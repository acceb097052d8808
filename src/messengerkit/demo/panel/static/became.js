// Finds the message that something has become which is being sent, before the answer names it.

/** Return the first new one of *messages* that says what *entry* does, and is in none of *claimed*; or undefined. */
export function becameOf({ text, kind, before, adminId }, messages, claimed) {
  return messages.find(
    ({ id, metadata, sent_by: by, text: said, attachments }) =>
      !before.has(id) &&
      !claimed.has(id) &&
      by === adminId &&
      !metadata?.internal &&
      (text === null ? attachments?.[0]?.type === kind : said === text),
  );
}
