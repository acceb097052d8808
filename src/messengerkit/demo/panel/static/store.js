// All that the panel shows, in one place, and who wants to know when it changes.

import { Previews } from "./previews.js";
import { Seen } from "./seen.js";
import { ServerClock } from "./server-clock.js";
import { plain } from "./text.js";
import { Thread } from "./thread.js";

const TYPING = 5000; // ms for which one word of it counts

export class Store {
  /** {adminId, role} of who is signed in, or null. */
  me = null;
  /** Id to conversation. */
  conversations = new Map();
  /** The ids of the pages that they belong to. */
  pages = new Set();
  /** Id to Thread. */
  threads = new Map();
  /** The id of the conversation that is shown, or null. */
  openId = null;
  /** "opening", "live" or "lost". */
  connection = "opening";
  /** Whether the conversations have been loaded once. */
  loaded = false;
  /** One sentence on what went wrong, or "". */
  notice = "";
  /** What this admin has looked at. */
  seen = new Seen();
  #clock = new ServerClock();
  #previews;
  #turn = 0; // rises with each conversation that is taken
  #taken = new Map(); // conversation id to the turn at which it was
  #erased = new Set(); // ids of conversations that answers on their way may still tell of
  #typing = new Map(); // conversation id to a map of admin id to when it ceases
  #watchers = [];
  #due = false;

  constructor() {
    this.#previews = new Previews(this.changed, this.tell);
  }

  /** Id to {name, picture, last_message}, of those that are known. */
  get previews() {
    return this.#previews.known;
  }

  /** Whether previews are on their way. */
  get isLookingUp() {
    return this.#previews.isBusy;
  }

  requestPreview(id) {
    if (this.me !== null) this.#previews.request(id);
  }

  /** Return who the person is, fit to be shown. */
  nameOf(id) {
    const name = plain(this.previews.get(id)?.name).trim();
    if (name !== "") return name;
    const psid = this.conversations.get(id)?.psid ?? "";
    return psid === "" ? "Person" : `Person …${psid.slice(-4)}`;
  }

  /** Show the conversation *id*. */
  open(id) {
    if (this.openId === id) return;
    this.openId = id;
    this.requestPreview(id);
    this.changed();
  }

  /** Show no conversation. */
  close() {
    if (this.openId === null) return;
    this.openId = null;
    this.changed();
  }

  /** Return the thread of the conversation *id*, which is made at the first time. */
  thread(id) {
    if (!this.threads.has(id)) this.threads.set(id, new Thread(id, this));
    return this.threads.get(id);
  }

  /** What to hand to `keep` with the answer to a question that is asked now. */
  get turn() {
    return this.#turn;
  }

  /**
   * Take a conversation as it is now; what is older than what is known is left, and so is the answer
   * to a question *asked* before that became known.
   */
  keep(conversation, asked = Infinity) {
    const { id } = conversation;
    const known = this.conversations.get(id);
    if (this.#erased.has(id)) return;
    if (known !== undefined && isOlder(conversation, known)) return;
    if (known?.version === conversation.version && this.#taken.get(id) > asked) return;
    this.#turn += 1;
    this.#taken.set(id, this.#turn);
    this.conversations.set(id, conversation);
    this.pages.add(conversation.page_id);
    for (const at of [conversation.last_message_at, conversation.last_user_message_at])
      if (at !== null) this.#clock.hasPassed(at);
    this.changed();
  }

  /** Take a message as it is now. */
  take(message) {
    if (this.#erased.has(message.conversation_id)) return;
    this.#previews.take(message);
    this.#clock.hasPassed(message.created_at);
    this.threads.get(message.conversation_id)?.take(message);
    this.changed();
  }

  /** Forget a conversation, whose person was erased. */
  forget(id) {
    if (this.openId === id) {
      this.openId = null;
      this.tell("This conversation has been erased.");
    }
    this.#erased.add(id);
    for (const known of [this.conversations, this.threads, this.#typing, this.#taken]) known.delete(id);
    this.#previews.forget(id);
    this.changed();
  }

  /** Take word that an admin types, or has ceased to. */
  takeTyping({ conversation_id: id, admin_id: adminId, typing }) {
    const there = this.#typing.get(id) ?? new Map();
    if (typing) there.set(adminId, performance.now() + TYPING);
    else there.delete(adminId);
    this.#typing.set(id, there);
    this.changed();
    if (typing) setTimeout(this.changed, TYPING + 50);
  }

  /** Return the ids of the other admins who type there now. */
  typingIn(id) {
    const there = this.#typing.get(id);
    if (there === undefined) return [];
    const now = performance.now();
    return [...there]
      .filter(([adminId, until]) => until > now && adminId !== this.me?.adminId)
      .map(([adminId]) => adminId);
  }

  /** Return the server's time, in milliseconds since 1970. */
  now() {
    return this.#clock.now();
  }

  /** Learn the server's time from an answer of it. */
  learnNow(iso) {
    this.#clock.learn(iso);
    this.changed();
  }

  /** Say what went wrong in one sentence, until it is dismissed; "" says nothing. */
  tell = (sentence) => {
    this.notice = sentence;
    this.changed();
  };

  /** Call *watcher* after each change; changes that come together are told together. */
  watch(watcher) {
    this.#watchers.push(watcher);
  }

  /** Tell the watchers with the next frame. Frames rest while the tab is hidden, its title need not. */
  changed = () => {
    if (this.#due) return;
    this.#due = true;
    if (document.hidden) setTimeout(this.flush, 200);
    else requestAnimationFrame(this.flush);
  };

  /** Tell the watchers now, for whoever needs what they will have drawn. */
  flush = () => {
    this.#due = false;
    for (const watcher of this.#watchers) watcher();
  };
}

// An answer and an event of the same change may come in either order.
function isOlder(one, other) {
  if (one.version !== other.version) return one.version < other.version;
  return Date.parse(one.last_message_at) < Date.parse(other.last_message_at);
}
