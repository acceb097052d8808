// Loads the conversations of each list, page by page; what changes later comes by the feed.

import * as api from "./api.js";

const PAGE = 200; // conversations, as many as the backend gives at once
const AT_FIRST = 5; // pages of each list
const PAUSE = 5000; // ms before what failed is tried again

export class Loading {
  #store;
  #lists;
  #failed = -Infinity; // when a page could not be had

  constructor(store) {
    this.#store = store;
    this.#begin();
  }

  #begin() {
    const store = this.#store;
    this.#lists = {
      waiting: [new Pages(store, api.escalated)],
      mine: [new Pages(store, api.conversations, () => ({ assigned_admin_id: store.me.adminId }))],
      all: [new Pages(store, api.conversations)],
      resolved: ["resolved", "closed"].map(
        (status) => new Pages(store, api.conversations, () => ({ status })),
      ),
    };
  }

  /** Load what there is, up to some pages of each list. */
  start = async () => {
    if (this.#store.loaded) this.#begin();
    const { waiting, mine, all } = this.#lists;
    const loads = [...waiting, ...mine, ...all].map((pages) => pages.load(AT_FIRST));
    if (!(await this.tried(Promise.all(loads)))) return this.#later();
    this.#store.loaded = true;
    this.#store.changed();
    await this.tried(this.learnNow());
  };

  #later() {
    setTimeout(() => this.#store.me !== null && !this.#store.loaded && this.start(), PAUSE);
  }

  /** Whether the server has more of the list of this *name*. */
  hasMore(name) {
    return this.#lists[name].some(({ hasMore }) => hasMore);
  }

  /** Whether a page could not be had just now, so that only a person should ask again. */
  get isResting() {
    return performance.now() - this.#failed < PAUSE;
  }

  /** Load some pages more of the list of this *name*; resolves to whether that was done. */
  async more(name, count = 1) {
    const isDone = await this.tried(Promise.all(this.#lists[name].map((pages) => pages.load(count))));
    if (!isDone) this.#failed = performance.now();
    return isDone;
  }

  /** Load the conversation *id* alone; resolves to whether it is there. */
  one(id) {
    const asked = this.#store.turn;
    return this.tried(
      api.status(id).then(({ conversation, now }) => {
        this.#store.keep(conversation, asked);
        this.#store.learnNow(now);
      }),
    );
  }

  /** Ask any conversation what the time is. */
  async learnNow() {
    const [id] = this.#store.conversations.keys();
    if (id !== undefined) this.#store.learnNow((await api.status(id)).now);
  }

  /** Wait for *promise*; what goes wrong is told. Resolves to whether all went well. */
  async tried(promise) {
    try {
      await promise;
      return true;
    } catch (error) {
      if (error.status !== 401) this.#store.tell(`${error.message} ${error.advice ?? ""}`.trim());
      return false;
    }
  }
}

/** One sequence of pages that the backend has. */
class Pages {
  hasMore = true;
  #store;
  #ask;
  #query;
  #after = null;
  #busy = null;

  constructor(store, ask, query = () => ({})) {
    this.#store = store;
    this.#ask = ask;
    this.#query = query;
  }

  /** Load up to *count* pages more; while that goes on, it is not begun again. */
  load(count) {
    this.#busy ??= this.#load(count).finally(() => {
      this.#busy = null;
    });
    return this.#busy;
  }

  async #load(count) {
    for (let loaded = 0; loaded < count && this.hasMore; loaded += 1) {
      const query = { ...this.#query(), limit: PAGE, after: this.#after };
      const asked = this.#store.turn;
      const { conversations, next } = await this.#ask(query);
      for (const conversation of conversations) this.#store.keep(conversation, asked);
      this.#after = next;
      this.hasMore = next !== null;
      this.#store.changed();
    }
  }
}
