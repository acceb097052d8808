// What one person is sending: one after the other, in order, and nothing lost that was refused.

/**
 * An entry is {id, label, state: "sending" | "failed", error}. The sandbox answers a send only when the
 * Page's backend has; the message itself is told sooner. So an entry is done with as soon as its
 * message is there, and the next one need not wait for a slow backend.
 */
export class Outbox {
  /** What is not yet in the conversation. */
  entries = [];
  #conversation;
  #changed;
  #tell;
  #last = Promise.resolve();
  #count = 0;

  /** *changed* is called after each change, *tell* with what went wrong once a message was there. */
  constructor(conversation, changed, tell) {
    this.#conversation = conversation;
    this.#changed = changed;
    this.#tell = tell;
  }

  /** Send by *run*, which resolves to a mid, once all before it are sent; *label* is what it says. */
  send(label, run) {
    this.#count += 1;
    const entry = {
      id: this.#count,
      label,
      run,
      state: "sending",
      error: "",
      mid: null,
      before: null,
      done: null,
    };
    this.entries.push(entry);
    this.#queue(entry);
  }

  /** Send *entry*, which failed, once more. */
  retry(entry) {
    Object.assign(entry, { state: "sending", before: null });
    this.#queue(entry);
  }

  /** Forget *entry*. */
  discard(entry) {
    this.#forget(entry);
    this.#changed();
  }

  /** Forget what is now in the conversation; called on each change, so it makes none. */
  settle() {
    const claimed = new Set();
    for (const entry of this.entries) {
      if (entry.before === null) continue;
      const message = this.#messageOf(entry, claimed);
      if (message === null) continue;
      claimed.add(message.mid);
      this.#forget(entry);
      entry.done();
    }
  }

  // Before the answer brings the mid, it is the first new message of the person that says the same.
  #messageOf({ mid, label, before }, claimed) {
    if (mid !== null) return this.#conversation.message(mid);
    const isIt = (message) =>
      message.from === "person" &&
      !before.has(message.mid) &&
      !claimed.has(message.mid) &&
      (message.text || message.attachments?.[0]?.name) === label;
    return this.#conversation.messages.find(isIt) ?? null;
  }

  #queue(entry) {
    const there = new Promise((done) => {
      entry.done = done;
    });
    this.#last = this.#last.then(() => Promise.race([this.#post(entry), there]));
    this.#changed();
  }

  async #post(entry) {
    entry.before = new Set(this.#conversation.messages.map(({ mid }) => mid));
    try {
      entry.mid = await entry.run();
    } catch ({ message }) {
      if (this.entries.includes(entry))
        Object.assign(entry, { state: "failed", error: message, before: null });
      else this.#tell(message);
    }
    this.#changed();
  }

  #forget(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
  }
}
