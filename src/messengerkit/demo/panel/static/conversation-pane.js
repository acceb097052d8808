// One conversation on the screen: its head, what was said, and where to write.

import * as api from "./api.js";
import { ConversationLog } from "./conversation-log.js";
import { el } from "./dom.js";
import { draftOf, keepDraft } from "./drafts.js";
import { takesDrops } from "./drop.js";
import { headView } from "./head-view.js";
import { pendingView } from "./pending-view.js";
import { replyView } from "./reply-view.js";
import { authorOf, gist } from "./said-view.js";
import { typingWatch } from "./typing-watch.js";
import { windowView, windowWords } from "./window-view.js";

export class ConversationPane {
  node;
  #id;
  #store;
  #thread;
  #head;
  #log;
  #pending;
  #reply;
  #window = windowView();
  #typing;
  #replyTo = null;
  #isOpen = true;

  constructor(id, store) {
    [this.#id, this.#store, this.#thread] = [id, store, store.thread(id)];
    this.#typing = typingWatch(id, () => store.me !== null && store.conversations.has(id));
    this.#head = headView(this.#headActs());
    this.#pending = pendingView({
      me: this.#me,
      retry: (entry, options) => this.#wentOn(this.#thread.sends.retry(entry, options)),
      discard: (entry) => this.#wentOn(this.#thread.sends.discard(entry)),
    });
    this.#log = new ConversationLog("Messages", this.#thread, this.#context(), this.#pending.nodes);
    this.#reply = replyView(this.#replyActs(), draftOf(this.#me(), id));
    this.node = el(
      "div",
      { class: "pane" },
      this.#head.node,
      this.#log.node,
      this.#window.node,
      this.#reply.node,
      el("div", { class: "drop-hint", "aria-hidden": "true", text: "Drop to attach" }),
    );
    takesDrops(this.node, (files) => this.#reply.take(files));
  }

  /** Whether nothing would be lost if this pane was forgotten. */
  get isEmpty() {
    return this.#reply.isEmpty && this.#replyTo === null;
  }

  /** Draw what has changed. */
  update = () => {
    const conversation = this.#store.conversations.get(this.#id);
    if (conversation === undefined) return;
    const { name, picture } = this.#person();
    const now = this.#store.now();
    const { alertHours, window, sends } = this.#thread;
    const told = windowWords(window, now);
    this.#isOpen = told.open;
    const isSupervisor = this.#store.me?.role === "supervisor";
    this.#head.update(conversation, { name, picture, me: this.#me(), now, alertHours, isSupervisor });
    this.#log.named(`Messages with ${name}`);
    this.#pending.update(sends, conversation, this.#store.typingIn(this.#id), told.open);
    const held = conversation.human_handling;
    this.#log.update(`${name} ${picture} ${told.open} ${held} ${new Date(now).toDateString()} ${this.#me()}`);
    this.#window.update(told);
    const known = this.#store.previews.get(this.#id)?.name ?? "";
    const replyTo = this.#replyTo === null ? null : this.#quoted(this.#replyTo);
    this.#reply.update({ name, known, open: told.open, replyTo });
  };

  /** Go to where one writes, or, on *touch*, where a keyboard would come up, to the name. */
  focus(touch) {
    this.#log.pin();
    this.#reply.fit();
    if (touch || !this.#isOpen) this.#head.focus();
    else this.#reply.focus();
  }

  // The button that was pressed is about to go, and the focus must not go with it.
  #wentOn() {
    this.focus(matchMedia("(hover: none)").matches);
  }

  /** Say that it is no longer looked at. */
  left() {
    this.#typing.stopped();
  }

  #me = () => this.#store.me?.adminId ?? null;

  #person() {
    return { name: this.#store.nameOf(this.#id), picture: this.#store.previews.get(this.#id)?.picture ?? "" };
  }

  #context() {
    return {
      me: this.#me,
      thread: this.#thread,
      now: () => this.#store.now(),
      nameOf: () => this.#person().name,
      picture: () => this.#person().picture,
      quoted: this.#quoted,
      canReply: () => this.#isOpen,
      isLate: this.#isLate,
      reply: (mid) => {
        this.#replyTo = mid;
        this.update();
        this.#reply.focus();
      },
      settle: async (id, settlement) => {
        const data = await this.#took(api.settle(id, settlement));
        if (data && settlement === "resend") this.#wasResent(id, data.message.id);
      },
      markAnswered: (id) => this.#took(api.markHumanReplied(id)),
      tried: this.#tried,
      redraw: this.update,
      reload: () => this.#thread.loadNewest().then(this.#store.changed, this.#store.changed),
    };
  }

  // What the stream has told meanwhile is newer than the answer.
  async #took(asked) {
    const had = new Map(this.#thread.messages.map((message) => [message.id, message]));
    const data = await this.#tried(asked);
    const { message } = data ?? {};
    if (message && this.#thread.message(message.id) === had.get(message.id)) this.#store.take(message);
    return data;
  }

  // What the bot is still sending although a person has the conversation had left before that.
  #isLate = ({ id, sender_type: sender, status }) => {
    const isHeld = this.#store.conversations.get(this.#id)?.human_handling ?? false;
    return (
      this.#thread.late.has(id) || (isHeld && sender === "bot" && ["in_flight", "unknown"].includes(status))
    );
  };

  // The answer has the new message; that the old one was sent again is told at once.
  #wasResent(id, resent) {
    const old = this.#thread.message(id);
    if (old && old.id !== resent)
      this.#thread.take({ ...old, metadata: { ...old.metadata, resent_as: resent } });
  }

  #headActs() {
    return {
      control: async (action, options) => {
        const conversation = this.#store.conversations.get(this.#id);
        const data = await api.control(conversation, action, options).catch(this.#looked);
        for (const id of data.bot_in_flight ?? []) this.#thread.late.add(id);
        this.#thread.changed();
        this.#store.keep(data.conversation);
      },
      setPriority: async (priority) =>
        this.#store.keep((await api.setPriority(this.#id, priority)).conversation),
      audit: () => {
        location.hash = `#/audit/${this.#id}`;
      },
      leave: () => this.#store.close(),
    };
  }

  // What was refused because something has changed is told with what that was.
  #looked = async (refusal) => {
    if (refusal.status === 409) {
      const { conversation } = await api.status(this.#id).catch(() => ({}));
      if (conversation) this.#store.keep(conversation);
    }
    throw refusal;
  };

  #replyActs() {
    return {
      write: (text) => {
        this.#thread.sends.write(text, this.#replyTo);
        this.#replyTo = null;
        this.#log.pin();
      },
      sendFile: (file) => {
        this.#thread.sends.sendFile(file);
        this.#log.pin();
      },
      cancelReply: () => {
        this.#replyTo = null;
        this.update();
      },
      keep: (text) => keepDraft(this.#me(), this.#id, text),
      typed: this.#typing.typed,
      stopped: this.#typing.stopped,
      tell: this.#store.tell,
    };
  }

  #quoted = (mid) => {
    const message = this.#thread.withMid(mid);
    if (message === undefined) return { author: "An earlier message", text: "not loaded" };
    return { author: authorOf(message.sender_type, message, this.#context()), text: gist(message) };
  };

  // What goes wrong becomes the notice of the page; resolves to undefined then.
  #tried = async (promise) => {
    try {
      return await promise;
    } catch (error) {
      if (error.status !== 401) this.#store.tell([error.message, error.advice].filter(Boolean).join(" "));
      return undefined;
    }
  };
}
