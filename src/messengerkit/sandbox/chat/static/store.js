// All that the page shows, in one place, and who wants to know when it changes.

export const keyOf = ({ page_id: pageId, psid }) => `${pageId}:${psid}`;

export class Store {
  pages = [];
  /** Key to person. */
  people = new Map();
  /** Key to {conversation, outbox, snapshot, replyTo}, in the order they were opened. */
  open = new Map();
  /** Key to the messages (mid to time) that came while that conversation was not open. */
  unseen = new Map();
  /** The key of the conversation that the person at the keyboard is in. */
  active = null;
  /** What a narrow screen shows: "people", "conversation" or "sandbox". */
  view = "people";
  /** Whether a wide screen shows the sandbox's panel. */
  panel = true;
  /** {now, heard}: what the sandbox's clock said, and when by performance.now(). */
  clock = null;
  faults = [];
  /** "opening", "live" or "lost". */
  connection = "opening";
  /** Whether the people have been loaded once. */
  loaded = false;
  /** One sentence on what went wrong, or "". */
  notice = "";
  #watchers = [];
  #due = false;

  /** Call *watcher* after each change; changes that come together are told together. */
  watch(watcher) {
    this.#watchers.push(watcher);
  }

  /** Tell the watchers soon. Not by animation frames: those rest while the tab is hidden. */
  changed = () => {
    if (this.#due) return;
    this.#due = true;
    setTimeout(this.flush, 0);
  };

  /** Tell the watchers now, for whoever needs what they will have drawn. */
  flush = () => {
    this.#due = false;
    for (const watcher of this.#watchers) watcher();
  };

  pageName(pageId) {
    return this.pages.find((page) => page.id === pageId)?.name || "Page";
  }

  /** Return the sandbox's time now, or null before it is known. */
  now() {
    return this.clock === null ? null : this.clock.now + (performance.now() - this.clock.heard) / 1000;
  }

  /** Return how many messages wait for the person of *key*. */
  unreadCount(key) {
    return this.open.get(key)?.conversation.unread().length ?? this.unseen.get(key)?.size ?? 0;
  }
}
