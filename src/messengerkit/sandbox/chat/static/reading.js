// Marks as read what the person at the keyboard is really looking at, and nothing else.

import * as api from "./api.js";

/** Keep watch over *store*; *narrow* matches when only one view is on the screen. */
export function markWhatIsRead(store, session, narrow) {
  const told = new Map(); // key to the last message that was told as read, so that none is told twice

  const look = () => {
    const open = store.open.get(store.active);
    const person = store.people.get(store.active);
    if (!open?.conversation.loaded || !person || !isSeen()) return;
    const last = open.conversation.unread().at(-1);
    if (last === undefined || told.get(store.active) === last.mid) return;
    told.set(store.active, last.mid);
    session.tried(api.read(person));
  };

  const isSeen = () =>
    document.visibilityState === "visible" &&
    document.hasFocus() &&
    (!narrow.matches || store.view === "conversation");

  const lookAgain = () => {
    told.delete(store.active);
    look();
  };

  store.watch(look);
  addEventListener("focus", lookAgain);
  document.addEventListener("visibilitychange", lookAgain);
}
