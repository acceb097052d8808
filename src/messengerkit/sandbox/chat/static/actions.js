// What the person at the keyboard can do; each act goes to the sandbox, and the store follows.

import * as api from "./api.js";
import { Conversation } from "./conversation.js";
import { Outbox } from "./outbox.js";
import { Snapshot } from "./snapshot.js";
import { keyOf } from "./store.js";

export class Actions {
  #store;
  #session;

  constructor(store, session) {
    this.#store = store;
    this.#session = session;
  }

  /** Open the conversation of *person*, or go to it if it is open. */
  open = (person) => {
    const key = keyOf(person);
    if (!this.#store.open.has(key)) this.#add(key, person);
    this.activate(key);
    this.#store.view = "conversation";
    this.#store.changed();
  };

  #add(key, person) {
    const conversation = new Conversation();
    const take = (fetched) => {
      conversation.take(fetched);
      this.#store.changed();
    };
    const snapshot = new Snapshot({
      fetch: () => api.conversation(person),
      take,
      apply: (change) => conversation.apply(change),
    });
    const outbox = new Outbox(conversation, this.#store.changed, this.tell);
    this.#store.open.set(key, { conversation, snapshot, outbox, replyTo: null });
    this.#store.unseen.delete(key);
    this.#session.tried(snapshot.load());
  }

  close = (key) => {
    const unread = this.#store.open.get(key).conversation.unread();
    this.#store.unseen.set(key, new Map(unread.map(({ mid, at }) => [mid, at])));
    this.#store.open.delete(key);
    if (this.#store.active === key) {
      this.#store.active = [...this.#store.open.keys()].at(-1) ?? null;
      if (this.#store.view === "conversation") this.#store.view = "people";
    }
    this.#store.changed();
  };

  activate = (key) => {
    if (this.#store.active === key) return;
    this.#store.active = key;
    this.#store.changed();
  };

  look = (view) => {
    this.#store.view = view;
    this.#store.changed();
  };

  showPanel = (shown) => {
    this.#store.panel = shown;
    this.#store.changed();
  };

  /** Make a person and open the conversation with them; resolves to whether it was done. */
  makePerson = (name, pageId) =>
    this.#session.tried(
      api.makePerson(name, pageId).then((person) => {
        this.#store.people.set(keyOf(person), person);
        this.open(person);
      }),
    );

  /** Block or unblock the page as *person*, or go on- or offline. */
  changePerson = (person, change) =>
    this.#session.tried(
      api.changePerson(person, change).then((changed) => {
        this.#store.people.set(keyOf(changed), changed);
        this.#store.changed();
      }),
    );

  write = (person, text) => {
    const open = this.#store.open.get(keyOf(person));
    const replyTo = open.replyTo;
    open.replyTo = null;
    this.#send(person, text, () =>
      api.write(person, replyTo === null ? { text } : { text, reply_to: replyTo }),
    );
  };

  sendFile = (person, file) => this.#send(person, file.name || "File", () => api.upload(person, file));

  tapQuickReply = (person, reply, text) => {
    this.#store.open.get(keyOf(person)).conversation.quickReplies = [];
    this.#send(person, text, () => api.write(person, { text, quick_reply: reply }));
  };

  tapButton = (person, payload, title) =>
    this.#send(person, title, () => api.postback(person, payload, title));

  react = (person, mid, emoji) => this.#session.tried(api.react(person, mid, emoji));

  replyTo = (person, mid) => {
    this.#store.open.get(keyOf(person)).replyTo = mid;
    this.#store.changed();
  };

  retry = (person, entry) => this.#store.open.get(keyOf(person)).outbox.retry(entry);
  discard = (person, entry) => this.#store.open.get(keyOf(person)).outbox.discard(entry);

  advance = (span) => this.#session.tried(api.advance(span).then(this.#session.reloadClock));
  scriptFault = (fault) => this.#session.tried(api.scriptFault(fault).then(this.#session.reloadFaults));
  forgetFaults = () => this.#session.tried(api.forgetFaults().then(this.#session.reloadFaults));

  tell = (sentence) => {
    this.#store.notice = sentence;
    this.#store.changed();
  };

  #send(person, label, run) {
    const { outbox } = this.#store.open.get(keyOf(person));
    outbox.send(label, async () => (await run()).message_id);
  }
}
