// The conversation that is open: one pane for each of the last ones, so that nothing begun is lost.
//
// Accessible names, for tests and for readers of code (ANA is a person, bob an admin):
// region "Conversation"
//   heading ANA               button "Back to the list" (on a phone)
//   buttons                   "Take over" | "Take over from bob" | "Release", "Resolve…", "More" (group "More": "Escalate…",
//                             "Close", "Audit"); combobox "Priority", switch "Bot may answer"
//   alert                     why something was refused, with buttons like "Take it over and resolve it", "Dismiss"
//   log "Messages with ANA"   article "ANA, 08:45" | "Bot, 08:45" | "You, 08:45" | "bob, 08:45" | "Page inbox, 08:45" |
//                             "Note by bob, 08:45" | "Your note, 08:45" per message, with its state in words ("Sent", "Read",
//                             …), and buttons "Reply", "Mark as answered", "Send again", "Send it as yours", "It arrived",
//                             "It did not"; buttons "Show earlier messages", "Try again" (if they could not be loaded);
//                             what is being sent has no article yet, and buttons "Try again", "Take it over and send",
//                             "Send anyway", "Discard"; status "bob is typing…"
//   button                    "New messages"
//   form "Write to ANA"       textbox "Message to ANA", buttons "Attach files" (input "Files"), "Canned answers", "Send"
//   list "Files to send"      button "Remove NAME" for each
//   listbox "Canned answers"  after "/" at the start of the text: options
//   group "Canned answers"    searchbox "Find an answer", list "Canned answers" with a button per answer and, for one's own,
//                             "Forget “TITLE”"; button "Keep the text as an answer"
//   button                    "Cancel reply"
// dialog "Resolve this conversation"    textbox "Note for other admins (optional)", buttons "Cancel", "Resolve"
// dialog "Escalate this conversation"   textbox "Reason", textbox "Note for other admins (optional)", buttons "Cancel", "Escalate"

import "./conversation-icons.js";
import { ConversationPane } from "./conversation-pane.js";
import { el, say, show } from "./dom.js";
import { keepDraft } from "./drafts.js";
import { icon } from "./icons.js";
import { StatusWatch } from "./status-watch.js";

const KEPT = 8; // panes
const COARSE = matchMedia("(hover: none)");

/** Return {update(), focus(), isEmpty} of the conversation that *store* has open, drawn into *place*. */
export function conversationView(place, store) {
  const panes = new Map(); // id to ConversationPane, the last one that was open at the end
  const watch = new StatusWatch(store);
  const nothing = nothingView();
  let shown = null;
  let [wasLive, wasIn] = [true, true];
  place.append(nothing.node);
  addEventListener("beforeunload", (event) => isBusy(store) && event.preventDefault());

  const update = () => {
    const id = store.openId !== null && store.conversations.has(store.openId) ? store.openId : null;
    if (id !== shown) change(id);
    resume();
    watch.update(id);
    nothing.update(id === null, store.openId !== null);
    if (id !== null) panes.get(id).update();
  };

  const change = (id) => {
    if (shown !== null) panes.get(shown)?.left();
    for (const known of panes.keys()) {
      if (store.conversations.has(known)) continue;
      panes.delete(known);
      if (store.me !== null) keepDraft(store.me.adminId, known, ""); // its person was erased
    }
    shown = id;
    const pane = id === null ? null : (panes.get(id) ?? new ConversationPane(id, store));
    place.replaceChildren(nothing.node, ...(pane === null ? [] : [pane.node]));
    if (pane === null) return;
    panes.delete(id);
    panes.set(id, pane);
    forgetOld(panes, store.threads);
    store.thread(id).loadNewest().then(store.changed, store.changed);
  };

  // What waits for the network, or for a sign-in, goes on as soon as that is back.
  const resume = () => {
    const [isLive, isIn] = [store.connection === "live", store.me !== null];
    if ((isLive && !wasLive) || (isIn && !wasIn)) {
      for (const thread of store.threads.values()) thread.sends.resume();
      if (shown !== null) store.thread(shown).loadNewest().then(store.changed, store.changed);
      watch.ask();
    }
    [wasLive, wasIn] = [isLive, isIn];
  };

  return {
    update,
    /** Whether nothing would be lost if the page began anew; what is written is kept by drafts.js. */
    get isEmpty() {
      const isSent = [...store.threads.values()].every(({ pending }) => pending.length === 0);
      const isAsking = document.querySelector("dialog.ask[open]") !== null;
      return isSent && !isAsking && [...panes.values()].every((pane) => pane.isEmpty);
    },
    focus() {
      update();
      panes.get(shown)?.focus(COARSE.matches);
    },
  };
}

const isBusy = (store) => [...store.threads.values()].some(({ sends }) => sends.isBusy);

// A thread goes with its pane, unless something is sent there, or only this page can show what was.
function forgetOld(panes, threads) {
  for (const [id, pane] of panes) {
    if (panes.size <= KEPT) break;
    if (pane.isEmpty) panes.delete(id);
  }
  for (const [id, { pending, files }] of threads)
    if (!panes.has(id) && pending.length === 0 && files.size === 0) threads.delete(id);
}

function nothingView() {
  const words = el("p");
  const node = el("div", { class: "nothing" }, icon("chat"), words);
  return {
    node,
    update(isNothing, isLoading) {
      show(node, isNothing);
      say(words, isLoading ? "Loading…" : "Choose a conversation");
    },
  };
}
