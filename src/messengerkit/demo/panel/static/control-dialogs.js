// The two dialogs that come before a conversation is settled, or given to a person.

import { askDialog } from "./ask-dialog.js";

const NOTE = { name: "note", label: "Note for other admins (optional)", most: 1000 };

/** Return the dialog in which a conversation is resolved; *act* gets {note}. */
export function resolveDialog(act) {
  return askDialog({
    title: "Resolve this conversation",
    explain: "Nobody waits any more, and the bot answers what they write next.",
    fields: [{ ...NOTE, hint: "What was it about, and how was it settled?" }],
    verb: "Resolve",
    act,
  });
}

/** Return the dialog in which a person is asked for; *act* gets {reason, note}. */
export function escalateDialog(act) {
  return askDialog({
    title: "Escalate this conversation",
    explain: "It goes to the top of the waiting list, until somebody takes it.",
    fields: [
      {
        name: "reason",
        label: "Reason",
        most: 200,
        required: true,
        rows: 2,
        hint: "Why is a person wanted?",
      },
      NOTE,
    ],
    verb: "Escalate",
    act,
  });
}
