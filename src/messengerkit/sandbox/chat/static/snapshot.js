// Keeps something up to date from a snapshot and a stream of changes, in whatever order they arrive.

/**
 * A change that comes while a snapshot is on its way may be in it or not; so it is applied at
 * once, and again on top of the snapshot. It must therefore do no harm when applied twice.
 */
export class Snapshot {
  #fetch;
  #take;
  #apply;
  #running = null;
  #again = false;
  #missed = [];

  constructor({ fetch, take, apply }) {
    this.#fetch = fetch;
    this.#take = take;
    this.#apply = apply;
  }

  /** Apply *change*, which the stream has just told. */
  change(change) {
    this.#apply(change);
    if (this.#running !== null) this.#missed.push(change);
  }

  /** Load anew; a load that is asked for during another one is done after it. */
  load() {
    this.#again = this.#running !== null;
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run() {
    try {
      do {
        this.#again = false;
        this.#missed = [];
        this.#take(await this.#fetch());
        for (const change of this.#missed) this.#apply(change);
      } while (this.#again);
    } finally {
      this.#running = null;
    }
  }
}
