// Hears what changes, as it changes, and goes on after any break from where it was.

import { eventsUrl, refusesFeed } from "./api.js";

const SILENCE = 90_000; // ms; each answer ends sooner, so that nothing comes any more from a line that is dead
const FIRST_PAUSE = 1000; // ms before the second attempt after a loss
const LONGEST_PAUSE = 15_000; // ms

/**
 * Each answer of the server ends, and the browser comes again: one error after an answer is no loss,
 * an error without any answer is. What is told then begins with the next answer, which may take a while.
 */
export class Feed {
  #store;
  #session;
  #heard;
  #source = null;
  #after = "";
  #answered = false; // since the last error
  #failed = 0;
  #gaveUp = 0; // how often the browser did: the server answered with something that is no stream
  #timer = null;

  /** *heard* has `ready()`, told once when what follows is complete, and `again()`, told after a loss. */
  constructor(store, session, heard) {
    this.#store = store;
    this.#session = session;
    this.#heard = heard;
    // A page that rests in the browser's back-forward cache has no stream, and needs a new one after.
    addEventListener("pagehide", this.stop);
    addEventListener("pageshow", ({ persisted }) => persisted && this.start());
    addEventListener("offline", () => this.#source !== null && this.#lost());
    addEventListener("online", () => this.#store.connection === "lost" && this.#comeAgain());
  }

  start() {
    this.stop();
    if (this.#store.me === null) return;
    if (this.#store.connection === "lost") this.#live(); // who has just signed in has heard from the server
    this.#connect();
  }

  stop = () => {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  };

  #connect() {
    this.stop();
    const source = new EventSource(eventsUrl(this.#after), { withCredentials: true });
    this.#source = source;
    this.#answered = false;
    const take = (kind, then) => source.addEventListener(kind, (event) => this.#take(event, then));
    source.addEventListener("open", this.#opened);
    source.addEventListener("error", this.#broken);
    take("ready", this.#heard.ready);
    take("conversation", (one) => (one.erased ? this.#store.forget(one.id) : this.#store.keep(one)));
    take("message", (message) => this.#store.take(message));
    take("typing", (change) => this.#store.takeTyping(change));
    this.#watch();
  }

  #take({ data, lastEventId }, then) {
    if (lastEventId) this.#after = lastEventId;
    const told = parsed(data);
    if (told !== null) then(told);
  }

  #opened = () => {
    this.#answered = true;
    this.#failed = 0;
    this.#gaveUp = 0;
    this.#live();
    this.#watch();
  };

  #broken = () => {
    if (this.#answered && this.#source?.readyState === EventSource.CONNECTING) this.#answered = false;
    else {
      this.#gaveUp = this.#source?.readyState === EventSource.CLOSED ? this.#gaveUp + 1 : 0;
      this.#lost();
    }
  };

  #watch() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#lost, SILENCE);
  }

  // The browser would come again ten times a second, or never: so its stream is closed, and a pause made.
  #lost = () => {
    this.stop();
    this.#say("lost");
    this.#timer = setTimeout(this.#comeAgain, Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** this.#failed));
    this.#failed += 1;
  };

  #comeAgain = async () => {
    const isThere = await this.#session.renew();
    // What it does not know as a place any more is left: the feed begins now, and all is loaded anew.
    if (isThere && this.#gaveUp > 1 && (await refusesFeed(this.#after))) this.#after = "";
    if (this.#store.me === null || this.#store.connection !== "lost") return;
    if (!isThere) return this.#lost();
    if (this.#gaveUp === 0) this.#live(); // the server is there, though the stream answers only with what is new
    this.#connect();
  };

  #live() {
    if (this.#store.connection === "lost") this.#heard.again();
    this.#say("live");
  }

  #say(connection) {
    if (this.#store.connection === connection) return;
    this.#store.connection = connection;
    this.#store.changed();
  }
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
