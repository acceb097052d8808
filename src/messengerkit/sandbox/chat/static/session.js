// Keeps the store true: loads it, takes the stream's changes, and loads anew after any gap.

import * as api from "./api.js";
import { listen } from "./changes.js";
import { keyOf } from "./store.js";
import { Snapshot } from "./snapshot.js";

export class Session {
  #store;
  #people;
  #clock;
  #faults;

  constructor(store) {
    this.#store = store;
    this.#people = new Snapshot({ fetch: fetchPeople, take: this.#takePeople, apply: this.#applyPerson });
    this.#clock = new Snapshot({
      fetch: api.clock,
      take: this.#takeClock,
      apply: ({ now }) => this.#takeClock(now),
    });
    this.#faults = new Snapshot({ fetch: api.faults, take: this.#takeFaults, apply: () => {} });
  }

  /** Listen; the first load waits for the stream, so that nothing falls between the two. */
  start() {
    listen({ opened: this.#opened, changed: this.#changed, lost: this.#lost });
  }

  /** Load all anew, and say so if it fails. */
  reload = async () => {
    const open = [...this.#store.open.values()].map(({ snapshot }) => snapshot);
    await this.tried(
      Promise.all([this.#people, this.#clock, this.#faults, ...open].map((each) => each.load())),
    );
  };

  reloadClock = () => this.tried(this.#clock.load());
  reloadFaults = () => this.tried(this.#faults.load());

  /** Wait for *promise*; what goes wrong becomes the notice. Resolves to whether all went well. */
  async tried(promise) {
    try {
      await promise;
      return true;
    } catch (error) {
      this.#store.notice = error.message;
      this.#store.changed();
      return false;
    }
  }

  #opened = () => {
    this.#store.connection = "live";
    this.#store.changed();
    this.reload();
  };

  #lost = () => {
    this.#store.connection = "lost";
    this.#store.changed();
  };

  #changed = (change) => {
    const { kind } = change;
    if (kind === "reset") this.reload();
    else if (kind === "person") this.#people.change(change);
    else if (kind === "clock") this.#clock.change(change);
    else if (kind === "faults") this.reloadFaults();
    else this.#changeConversation(change);
    this.#store.changed();
  };

  #changeConversation(change) {
    const key = keyOf(change);
    const open = this.#store.open.get(key);
    // The change says only which message it was, so what is new must be asked for.
    if (open && change.kind === "reaction") this.tried(open.snapshot.load());
    else if (open) open.snapshot.change(change);
    else this.#countUnseen(key, change);
  }

  #countUnseen(key, { kind, message, read_at: readAt }) {
    const unseen = this.#store.unseen.get(key) ?? new Map();
    if (kind === "message" && message.from === "page") unseen.set(message.mid, message.at);
    else if (kind === "marks" && readAt !== null) {
      for (const [mid, at] of unseen) if (at <= readAt) unseen.delete(mid);
    }
    this.#store.unseen.set(key, unseen);
  }

  #takePeople = ({ pages, people }) => {
    this.#store.pages = pages;
    this.#store.people = new Map(people.map((person) => [keyOf(person), person]));
    this.#store.loaded = true;
    this.#store.changed();
  };

  #applyPerson = ({ person }) => {
    this.#store.people.set(keyOf(person), person);
  };

  #takeClock = (now) => {
    this.#store.clock = { now, heard: performance.now() };
    this.#store.changed();
  };

  #takeFaults = (faults) => {
    this.#store.faults = faults;
    this.#store.changed();
  };
}

async function fetchPeople() {
  const pages = await api.pages();
  const people = await Promise.all(pages.map(api.people));
  return { pages, people: people.flat() };
}
