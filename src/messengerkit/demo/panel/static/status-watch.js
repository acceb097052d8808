// Asks how the open conversation stands: the windows, the wait, and what time it is at the server.

import * as api from "./api.js";

const OFTEN = 10_000; // ms
const SOON = 300; // ms, in which changes that come together are asked about once

export class StatusWatch {
  #store;
  #id = null;
  #told = ""; // what the answer depends on, as it was when it was asked for
  #timer = null;
  #asking = false;

  constructor(store) {
    this.#store = store;
    document.addEventListener("visibilitychange", () => !document.hidden && this.ask());
    setInterval(store.changed, OFTEN); // what counts down goes on without an answer, too
  }

  /** Watch the conversation *id*, or none. */
  update(id) {
    const conversation = this.#store.conversations.get(id);
    const told = `${id} ${conversation?.last_user_message_at} ${conversation?.waiting_since}`;
    if (told === this.#told) return;
    const isOther = id !== this.#id;
    [this.#id, this.#told] = [id, told];
    clearTimeout(this.#timer);
    if (id !== null) this.#timer = setTimeout(this.ask, isOther ? 0 : SOON);
  }

  /** Ask now, and from time to time. */
  ask = async () => {
    clearTimeout(this.#timer);
    const id = this.#id;
    if (id === null || this.#asking) return;
    this.#asking = true;
    if (!document.hidden && this.#store.me !== null) await this.#fetch(id);
    this.#asking = false;
    this.#timer = setTimeout(this.ask, id === this.#id ? OFTEN : 0);
  };

  async #fetch(id) {
    const asked = this.#store.turn;
    try {
      const { conversation, window, alert_hours: alertHours, now } = await api.status(id);
      if (now) this.#store.learnNow(now);
      Object.assign(this.#store.thread(id), { window, alertHours });
      this.#store.keep(conversation, asked);
      this.#store.changed();
    } catch {
      // The page says that there is no connection, and the next answer will tell.
    }
  }
}
