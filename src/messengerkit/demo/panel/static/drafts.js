// What was begun and not sent, for each admin and conversation, until the tab is closed.

const key = (adminId, id) => `messengerkit.draft.${adminId}.${id}`;

/** Return the text that *adminId* has begun in the conversation *id*, or "". */
export const draftOf = (adminId, id) => sessionStorage.getItem(key(adminId, id)) ?? "";

/** Keep *text* as what *adminId* has begun in the conversation *id*. */
export function keepDraft(adminId, id, text) {
  if (text === "") sessionStorage.removeItem(key(adminId, id));
  else sessionStorage.setItem(key(adminId, id), text);
}

/** Forget all drafts, for when an admin signs out. */
export function forgetDrafts() {
  for (const name of Object.keys(sessionStorage))
    if (name.startsWith("messengerkit.draft.")) sessionStorage.removeItem(name);
}
