// What is sent from here in one conversation: one after the other, and until an answer has come.

import { kindOf, sendFile, sendMessageToFacebook } from "./api.js";
import { freshKey, isNoAnswer, isOwnFault, pauseAfter } from "./attempts.js";
import { becameOf } from "./became.js";

/**
 * An entry is {id, key, text, file, url, replyTo, state, refusal, …}; its state is "waiting",
 * "sending", "retrying" (no answer came), "signed-out" or "refused".
 *
 * The key stays the same for each attempt at one entry: what the backend has written down under
 * it is never written down again. An entry is done with once its message is there: from then on
 * the message itself tells how far it has come.
 */
export class Sends {
  entries = [];
  #thread;
  #store;
  #running = false;
  #claimed = new Set();
  #wake = () => {};
  #count = 0;

  constructor(thread, store) {
    this.#thread = thread;
    this.#store = store;
  }

  /** Send a text, perhaps as an answer to the message *replyTo* (a mid). */
  write(text, replyTo = null) {
    this.#add({ text, replyTo });
  }

  /** Send a file. */
  sendFile(file) {
    this.#add({ file, url: URL.createObjectURL(file), kind: kindOf(file) });
  }

  /** Send *entry*, which was refused, again; *takeOver* takes the conversation from who has it. */
  retry(entry, { takeOver = false } = {}) {
    Object.assign(entry, { state: "waiting", refusal: null, seen: null, before: null });
    entry.takeOver ||= takeOver;
    this.#changed();
    this.#run();
  }

  /** Forget *entry*, which was refused, or whose author is not signed in. */
  discard(entry) {
    entry.discarded = true;
    this.#forget(entry);
    if (entry.url) URL.revokeObjectURL(entry.url);
    this.#wake();
    this.#run();
  }

  /** Go on at once with what waits for the network, or for somebody to sign in. */
  resume() {
    this.#wake();
  }

  /** Whether something may get lost if this page is left now. */
  get isBusy() {
    return this.entries.some(({ state }) => state !== "refused");
  }

  /** Forget what is a message by now, whether or not the answer has come. */
  settle() {
    for (const entry of this.entries) {
      const message = entry.before && becameOf(entry, this.#thread.messages, this.#claimed);
      if (!message) continue;
      entry.guess = message.id;
      this.#becomes(entry, [message.id]);
    }
  }

  /** Know that *messages* are older than anything that is being sent. */
  isOld(messages) {
    for (const { before } of this.entries) for (const { id } of messages) before?.add(id);
  }

  #add(entry) {
    this.#count += 1;
    const more = { text: null, file: null, url: null, replyTo: null, refusal: null, seen: null };
    const state = { state: "waiting", takeOver: false, before: null, guess: null, discarded: false };
    const own = { id: this.#count, key: freshKey(), at: this.#store.now(), adminId: this.#store.me?.adminId };
    this.entries.push({ ...more, ...state, ...entry, ...own, there: () => {} });
    this.#changed();
    this.#run();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    for (let entry = this.#next(); entry; entry = this.#next()) await this.#deliver(entry);
    this.#running = false;
  }

  // What was refused for the conversation's sake holds up what was written after it.
  #next() {
    const stopped = this.entries.findIndex((one) => one.state === "refused" && !isOwnFault(one.refusal));
    const open = stopped < 0 ? this.entries : this.entries.slice(0, stopped);
    return open.find(({ state }) => state === "waiting");
  }

  // The answer may take seconds; the message is there as soon as it is written down.
  async #deliver(entry) {
    const there = new Promise((resolve) => {
      entry.there = resolve;
    });
    // What was said before may say the same: as long as that is not loaded, nothing is guessed.
    if (this.#thread.loaded) entry.before ??= new Set(this.#thread.messages.map(({ id }) => id));
    entry.seen ??= this.#store.conversations.get(this.#thread.id);
    const answered = this.#untilAnswered(entry);
    // What takes the conversation raises its version, which the answer tells for what comes next.
    const isMine = entry.seen?.assigned_admin_id === entry.adminId;
    await (isMine ? Promise.race([answered, there]) : answered);
  }

  async #untilAnswered(entry) {
    for (let tries = 0; !entry.discarded; tries += 1) {
      const isOver = await this.#attempt(entry);
      if (isOver) return;
      await this.#pause(pauseAfter(tries));
    }
  }

  async #attempt(entry) {
    try {
      if (this.#store.me?.adminId !== entry.adminId) return this.#is(entry, "signed-out");
      this.#is(entry, "sending");
      await this.#arrived(entry, await this.#post(entry));
      return true;
    } catch (error) {
      if (error.data?.messages?.length > 0) await this.#arrived(entry, error.data);
      else if (error.status === 401) return this.#is(entry, "signed-out");
      else if (isNoAnswer(error)) return this.#is(entry, "retrying");
      else this.#refuse(entry, error);
      return true;
    }
  }

  #post(entry) {
    const { id } = this.#thread;
    const { psid } = this.#store.conversations.get(id) ?? entry.seen;
    const { key, takeOver, replyTo } = entry;
    const options = { key, takeOver, replyTo, version: entry.seen?.version };
    const { adminId } = this.#store.me;
    if (entry.file) return sendFile(psid, entry.file, id, adminId, options);
    return sendMessageToFacebook(psid, entry.text, id, adminId, options);
  }

  async #arrived(entry, { messages, conversation, bot_in_flight: late }) {
    for (const id of late ?? []) this.#thread.late.add(id);
    if (conversation) this.#store.keep(conversation);
    this.#becomes(entry, messages ?? []);
    // The stream brings the message as well, but perhaps later, or after a break.
    const missing = (messages ?? []).some((id) => this.#thread.message(id) === undefined);
    if (missing) await this.#thread.loadNewest().catch(() => {});
    this.#changed();
  }

  #becomes(entry, ids) {
    for (const id of ids) {
      this.#claimed.add(id);
      if (entry.url) this.#thread.files.set(id, { url: entry.url, name: entry.file.name, type: entry.kind });
      if (entry.replyTo) this.#thread.answers.set(id, entry.replyTo);
    }
    this.#forget(entry);
    entry.there();
  }

  #refuse(entry, error) {
    if (entry.discarded) return;
    if (!this.entries.includes(entry)) this.#isBack(entry);
    Object.assign(entry, { state: "refused", refusal: error, before: null });
    if (error.code === "idempotency_key") entry.key = freshKey();
    this.#changed();
  }

  // The message that it was taken for was another one, as from a second window.
  #isBack(entry) {
    for (const known of [this.#claimed, this.#thread.files, this.#thread.answers]) known.delete(entry.guess);
    this.entries = [entry, ...this.entries];
  }

  #is(entry, state) {
    if (entry.state !== state) {
      entry.state = state;
      this.#changed();
    }
    return false;
  }

  #forget(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    this.#changed();
  }

  #pause(ms) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, ms);
    });
  }

  #changed() {
    this.#thread.changed();
    this.#store.changed();
  }
}
