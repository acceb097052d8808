// The messages of one conversation, each of them once and as it is now, from the oldest to the newest.

import * as api from "./api.js";
import { Sends } from "./sends.js";

const STEP = 50; // messages in one answer
const CATCH_UP = 4; // answers, after which a gap is left to "Show earlier messages"

export class Thread {
  id;
  /** From the oldest to the newest. */
  messages = [];
  /** Whether the newest have been loaded once. */
  loaded = false;
  /** Why the newest could not be loaded, in one sentence, or "". */
  trouble = "";
  /** Rises with each change, so that what was drawn of it need not be drawn again. */
  revision = 0;
  /** {human_until, bot_until, human_agent} as last told, or null. */
  window = null;
  /** 24 or 48 if the person has waited for so many hours. */
  alertHours = null;
  /** What is being sent from here. */
  sends;
  /** Message id to {url, name, type} of a file that was sent from here, whose URL is this page's own. */
  files = new Map();
  /** Message id to the mid that it answers, of what was sent from here. */
  answers = new Map();
  /** Ids of the bot's messages that had left when a person took over. */
  late = new Set();
  #byId = new Map();
  #next = null;
  #loading = null;
  #touched = null;
  #toldEarlier = null; // what the stream tells of messages that are just being loaded, by their ids

  constructor(id, store) {
    this.id = id;
    this.sends = new Sends(this, store);
  }

  /** Whether there is more before the first of the messages. */
  get hasEarlier() {
    return this.#next !== null;
  }

  /** What is being sent from here and is no message yet. */
  get pending() {
    return this.sends.entries;
  }

  /** Return the message with this id, or undefined. */
  message(id) {
    return this.#byId.get(id);
  }

  /** Return the message that Meta calls *mid*, or undefined. */
  withMid(mid) {
    return this.messages.findLast((message) => message.mid === mid);
  }

  /** Take *message* as it is now. */
  take(message) {
    this.#touched?.add(message.id);
    if (this.#isEarlier(message)) {
      this.#toldEarlier?.set(message.id, message);
      return; // it would stand beside what it was never beside: it comes with what lies between
    }
    this.#put(message);
    this.sends.settle();
  }

  /** Load the newest messages, and what lies between them and those that are here. */
  async loadNewest() {
    this.#loading ??= this.#catchUp().finally(() => {
      this.#loading = null;
    });
    await this.#loading;
  }

  /** Load more of the messages before those that are here. */
  async loadEarlier() {
    const before = this.#next;
    if (before === null) return;
    const told = new Map();
    this.#toldEarlier = told;
    const { messages, next } = await api.messages(this.id, { limit: STEP, before }).finally(() => {
      this.#toldEarlier = null;
    });
    if (before !== this.#next) return; // begun anew meanwhile: between that and this there is a gap
    this.#next = next;
    this.sends.isOld(messages);
    for (const message of messages) this.#put(told.get(message.id) ?? message, { isNews: false });
  }

  /** Say that something has changed that is no message. */
  changed() {
    this.revision += 1;
  }

  async #catchUp() {
    this.#touched = new Set(); // what the stream told meanwhile is newer than the answer
    try {
      const [found, next] = await this.#newest();
      if (!this.loaded || (next !== null && !this.#meets(found))) this.#startAnew(next, found.at(-1));
      for (const message of found) this.#put(message, { isNews: !this.#touched.has(message.id) });
      this.loaded = true;
      this.trouble = "";
    } catch (error) {
      this.trouble = error.message;
      throw error;
    } finally {
      this.#touched = null;
      this.changed();
      this.sends.settle();
    }
  }

  async #newest() {
    const found = [];
    let next = null;
    for (let turn = 0; turn < CATCH_UP; turn += 1) {
      const answer = await api.messages(this.id, { limit: STEP, ...(next && { before: next }) });
      found.push(...answer.messages);
      next = answer.next;
      if (next === null || !this.loaded || this.#meets(answer.messages)) break;
    }
    return [found, next];
  }

  // What the stream told meanwhile does not tell what lies before it.
  #meets(messages) {
    return messages.some(({ id }) => this.#byId.has(id) && !this.#touched.has(id));
  }

  // What is here lies before a gap, unless the stream told it meanwhile of what is *oldest* or newer.
  #startAnew(next, oldest) {
    const isBefore = (one) => next !== null && isAfter(oldest, one, stamp(one.created_at));
    this.#next = next;
    this.messages = this.messages.filter((one) => this.#touched.has(one.id) && !isBefore(one));
    this.#byId = new Map(this.messages.map((one) => [one.id, one]));
  }

  #isEarlier(message) {
    if (this.#next === null || this.messages.length === 0 || this.#byId.has(message.id)) return false;
    return isAfter(this.messages[0], message, stamp(message.created_at));
  }

  #put(message, { isNews = true } = {}) {
    const known = this.#byId.get(message.id);
    if (known !== undefined && !isNews) return;
    if (known !== undefined && known.created_at === message.created_at)
      this.messages[this.messages.lastIndexOf(known)] = message;
    else {
      if (known !== undefined) this.messages.splice(this.messages.lastIndexOf(known), 1);
      this.messages.splice(this.#placeOf(message), 0, message);
    }
    this.#byId.set(message.id, message);
    this.#forgetFile(message);
    this.changed();
  }

  // A file that Meta has is shown from there: this page's own copy is let go.
  #forgetFile({ id, attachments }) {
    const file = this.files.get(id);
    if (file === undefined || !attachments?.[0]?.payload?.url) return;
    this.files.delete(id);
    URL.revokeObjectURL(file.url);
  }

  // Most are new, so the place is looked for from the end.
  #placeOf(message) {
    const at = stamp(message.created_at);
    let place = this.messages.length;
    while (place > 0 && isAfter(this.messages[place - 1], message, at)) place -= 1;
    return place;
  }
}

function isAfter(one, other, at) {
  const before = stamp(one.created_at);
  return before === at ? one.id > other.id : before > at;
}

/** Return *iso* in microseconds: Date forgets all below a millisecond. */
function stamp(iso) {
  const micros = /\.\d{3}(\d{1,3})/.exec(iso)?.[1] ?? "";
  return Date.parse(iso) * 1000 + Number(micros.padEnd(3, "0"));
}
