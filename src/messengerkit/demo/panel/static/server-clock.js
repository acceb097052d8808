// The server's clock, as this page knows it: it may differ from the browser's, and may jump.

const SLACK = 2000; // ms that an answer may have been on its way

export class ServerClock {
  #ahead = Date.now() - performance.now();

  /** Return the server's time, in milliseconds since 1970. */
  now() {
    return performance.now() + this.#ahead;
  }

  /** Learn that it is *iso* now. */
  learn(iso) {
    const at = Date.parse(iso);
    if (!Number.isNaN(at)) this.#ahead = at - performance.now();
  }

  /** Learn that *iso* has passed; returns whether that was news. */
  hasPassed(iso) {
    const isNews = Date.parse(iso) > this.now() + SLACK;
    if (isNews) this.learn(iso);
    return isNews;
  }
}
