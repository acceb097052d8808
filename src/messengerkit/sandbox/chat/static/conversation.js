// One conversation as the person sees it; each message is there once, whatever is told twice.

const WINDOW = 24 * 3600; // seconds, from the person's last act

export class Conversation {
  /** Whether a snapshot has come yet. */
  loaded = false;
  messages = [];
  quickReplies = [];
  typing = false;
  typingPersona = null;
  windowEndsAt = null;
  /** The payload of the Get Started button, or null if the Page has none. */
  getStarted = null;
  #mids = new Map();

  /** Take a snapshot in place of all that was known. */
  take(snapshot) {
    this.loaded = true;
    this.messages = [];
    this.#mids.clear();
    for (const message of snapshot.messages) this.#append(message);
    this.quickReplies = snapshot.quick_replies ?? [];
    this.typing = snapshot.typing;
    this.typingPersona = snapshot.typing_persona;
    this.windowEndsAt = snapshot.window_ends_at;
    this.getStarted = snapshot.get_started;
  }

  /** Take a change from the stream. */
  apply(change) {
    if (change.kind === "message") this.#add(change.message);
    else if (change.kind === "marks") this.#mark(change.delivered_at, change.read_at);
    else if (change.kind === "typing") this.#type(change.typing, change.persona);
  }

  message(mid) {
    return this.#mids.get(mid) ?? null;
  }

  /** Return the messages of the page that the person has not seen. */
  unread() {
    return this.messages.filter((message) => message.from === "page" && !message.read);
  }

  #append(message) {
    if (this.#mids.has(message.mid)) return false;
    this.#mids.set(message.mid, message);
    this.messages.push(message);
    return true;
  }

  #add(message) {
    if (!this.#append(message)) return;
    const fromPage = message.from === "page";
    this.quickReplies = fromPage ? (message.quick_replies ?? []) : [];
    if (fromPage) this.#type(false, null);
    else this.windowEndsAt = Math.max(this.windowEndsAt ?? 0, message.at + WINDOW);
  }

  #mark(deliveredAt, readAt) {
    for (const message of this.messages) {
      if (message.from !== "page") continue;
      message.read ||= readAt !== null && message.at <= readAt;
      message.delivered ||= message.read || (deliveredAt !== null && message.at <= deliveredAt);
    }
  }

  #type(typing, persona) {
    this.typing = typing;
    this.typingPersona = persona ?? null;
  }
}
