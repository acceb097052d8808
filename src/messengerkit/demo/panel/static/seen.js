// What this admin has looked at: the time of each person's last message then, kept by the browser.

const KEPT = 2000; // conversations
const KEY = "messengerkit.seen.";

export class Seen {
  #key = null;
  #at = new Map(); // conversation id to ISO time
  #timer = null;

  constructor() {
    addEventListener("storage", ({ key }) => key !== null && key === this.#key && this.#merge());
  }

  /** Go on with what *adminId* had seen. */
  of(adminId) {
    this.#key = KEY + adminId;
    this.#at = new Map(parsed(localStorage.getItem(this.#key)));
  }

  /** Note that *conversation* is looked at as it is now. */
  look({ id, last_user_message_at: at }) {
    if (at === null || this.#at.get(id) === at) return;
    this.#at.delete(id); // so that the map goes from the oldest look to the newest
    this.#at.set(id, at);
    this.#timer ??= setTimeout(this.#write, 1000);
  }

  /** Whether the person waits, and has written since *conversation* was looked at. */
  isNews({ id, last_user_message_at: at, waiting_since: waits }) {
    if (at === null || waits === null) return false;
    const seen = this.#at.get(id);
    return seen === undefined || Date.parse(at) > Date.parse(seen);
  }

  #write = () => {
    this.#timer = null;
    if (this.#key === null) return;
    this.#merge();
    localStorage.setItem(this.#key, JSON.stringify([...this.#at].slice(-KEPT)));
  };

  // What was looked at in another window of the same admin.
  #merge() {
    for (const [id, at] of parsed(localStorage.getItem(this.#key)))
      if (!(Date.parse(this.#at.get(id)) >= Date.parse(at))) this.#at.set(id, at);
  }
}

function parsed(raw) {
  try {
    const pairs = JSON.parse(raw ?? "[]");
    return Array.isArray(pairs) ? pairs.filter((pair) => Array.isArray(pair) && pair.length === 2) : [];
  } catch {
    return [];
  }
}
