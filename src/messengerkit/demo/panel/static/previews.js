// What the list shows of a conversation beside its state: asked for in batches, and kept up to date.

import * as api from "./api.js";

const BATCH = 50; // as many as the backend gives at once
const GATHER = 40; // ms, in which rows come into view together
const REST = 10_000; // ms before what failed is asked for again

export class Previews {
  /** Conversation id to {name, picture, last_message}. */
  known = new Map();
  #asked = new Set();
  #wanted = new Set();
  #timer = null;
  #changed;
  #tell;

  constructor(changed, tell) {
    this.#changed = changed;
    this.#tell = tell;
  }

  /** Whether what was asked for is on its way. */
  get isBusy() {
    return this.#timer !== null;
  }

  /** Ask for the preview of *id*, unless that has been done. */
  request(id) {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    this.#wanted.add(id);
    this.#timer ??= setTimeout(this.#fetch, GATHER);
  }

  /** Take *message* as the newest of its conversation, if it is. */
  take(message) {
    const id = message.conversation_id;
    const known = this.known.get(id);
    if (!isOlder(message, known?.last_message))
      this.known.set(id, { name: null, picture: null, ...known, last_message: message });
    if (known?.name === null) this.#asked.delete(id); // who they are may be known by now
  }

  forget(id) {
    this.known.delete(id);
    this.#asked.add(id); // so that it is never asked for again
    this.#wanted.delete(id);
  }

  #fetch = async () => {
    const ids = [...this.#wanted].slice(0, BATCH);
    for (const id of ids) this.#wanted.delete(id);
    try {
      const { previews } = await api.previews(ids);
      for (const preview of previews) this.#keep(preview);
      this.#changed();
    } catch (error) {
      this.#failed(ids, error);
    }
    this.#timer = this.#wanted.size > 0 ? setTimeout(this.#fetch, 0) : null;
  };

  #keep({ conversation_id: id, name, picture, last_message: last }) {
    const now = this.known.get(id)?.last_message ?? null;
    const newest = last === null || (now !== null && isOlder(last, now)) ? now : last;
    this.known.set(id, { name, picture, last_message: newest });
  }

  #failed(ids, error) {
    if (error.status !== 0 && error.status !== 401) this.#tell(error.message);
    setTimeout(() => {
      for (const id of ids) this.#asked.delete(id);
      this.#changed();
    }, REST);
  }
}

// The same message may come again with a new state; two of the same instant keep their order.
function isOlder(message, other) {
  if (!other || message.id === other.id) return false;
  return Date.parse(message.created_at) < Date.parse(other.created_at);
}
