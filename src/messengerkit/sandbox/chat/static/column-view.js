// One open conversation: who it is, what was said, and where to write.

import { avatar } from "./avatar.js";
import { composerView } from "./composer-view.js";
import { el, say } from "./dom.js";
import { takesDrops } from "./drop.js";
import { icon } from "./icons.js";
import { LogView } from "./log-view.js";
import { gist } from "./message-view.js";
import { opens, popover } from "./popover.js";
import { tailView } from "./tail-view.js";
import { plain } from "./text.js";
import { span } from "./time.js";

export class ColumnView {
  node;
  #store;
  #key;
  #log;
  #tail;
  #composer;
  #status = el("p", { class: "muted status" });
  #title = el("h2", { tabindex: "-1" });
  #online;
  #block;

  constructor(key, store, actions, picker) {
    [this.#key, this.#store] = [key, store];
    const person = store.people.get(key);
    const pageName = plain(store.pageName(person.page_id));
    const name = plain(person.name) || "Somebody";
    this.#tail = tailView(pageName, {
      tapQuickReply: (payload, text) => {
        actions.tapQuickReply(person, payload, text);
        this.#composer.focus();
      },
      getStarted: () => {
        actions.tapButton(person, this.#open.conversation.getStarted, "Get Started");
        this.#composer.focus();
      },
      retry: (entry) => actions.retry(person, entry),
      discard: (entry) => actions.discard(person, entry),
    });
    this.#log = new LogView(
      `Messages with ${name}`,
      {
        pageName,
        quoted: (mid) => this.#quoted(mid, pageName),
        react: (mid, emoji) => actions.react(person, mid, emoji),
        pickReaction: picker.open,
        reply: (mid) => {
          actions.replyTo(person, mid);
          this.#composer.focus();
        },
        tap: (payload, title) => actions.tapButton(person, payload, title),
      },
      this.#tail.nodes,
    );
    this.#log.whenMore(() => this.#log.update(this.#open.conversation.messages));
    this.#composer = composerView(name, pageName, {
      write: (text) => actions.write(person, text),
      sendFile: (file) => actions.sendFile(person, file),
      cancelReply: () => actions.replyTo(person, null),
      unblock: () => actions.changePerson(person, { blocked: false }),
      tell: actions.tell,
    });
    const activate = () => actions.activate(key);
    this.node = el(
      "section",
      {
        class: "column",
        "aria-label": `Conversation with ${name}`,
        onfocusin: activate,
        onpointerdown: activate,
      },
      this.#header(person, name, pageName, actions),
      this.#log.node,
      this.#composer.node,
      el("div", { class: "drop-hint", "aria-hidden": "true", text: "Drop to attach" }),
    );
    takesDrops(this.node, this.#composer.take);
  }

  /** Draw what has changed. */
  update() {
    const person = this.#store.people.get(this.#key);
    if (person === undefined) return;
    const open = this.#open;
    open.outbox.settle();
    this.#log.update(open.conversation.messages);
    this.#tail.update(open, person);
    this.#composer.update(open, person);
    say(this.#status, this.#statusOf(person, open.conversation));
    this.#online.checked = person.online;
    this.#block.checked = person.blocked;
    this.node.classList.toggle("active", this.#store.active === this.#key);
  }

  /** Go to where the person writes, or on *touch*, where a keyboard would come up, to the name. */
  focus(touch) {
    this.#log.pin();
    if (touch) this.#title.focus({ preventScroll: true });
    else this.#composer.focus();
    this.node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  get #open() {
    return this.#store.open.get(this.#key);
  }

  #quoted(mid, pageName) {
    const message = this.#open.conversation.message(mid);
    if (message === null) return { author: pageName, text: "an earlier message" };
    return { author: message.from === "page" ? pageName : "You", text: gist(message) };
  }

  #header(person, name, pageName, actions) {
    const change =
      (field) =>
      ({ target }) =>
        actions.changePerson(person, { [field]: target.checked });
    this.#online = el("input", { type: "checkbox", role: "switch", onchange: change("online") });
    this.#block = el("input", { type: "checkbox", role: "switch", onchange: change("blocked") });
    const { layer, open } = popover(
      { class: "options", role: "group", "aria-label": `Options of ${name}` },
      el("label", {}, "Online", this.#online),
      el("label", {}, `Blocks ${pageName}`, this.#block),
    );
    const button = (label, what, props) =>
      el(
        "button",
        { type: "button", class: "round", "aria-label": label, title: label, ...props },
        icon(what),
      );
    this.#title.append(el("bdi", { text: name }));
    return el(
      "header",
      { class: "column-head" },
      avatar({ name: person.name, picture: person.profile_pic, seed: person.psid }),
      el("div", { class: "who" }, this.#title, this.#status),
      button(`Options of ${name}`, "more", { ...opens, onclick: ({ currentTarget }) => open(currentTarget) }),
      layer,
      button(`Close conversation with ${name}`, "close", { onclick: () => actions.close(this.#key) }),
    );
  }

  #statusOf({ blocked, online, page_id: pageId }, { windowEndsAt }) {
    const now = this.#store.now();
    const left = windowEndsAt === null || now === null ? 0 : windowEndsAt - now;
    const window = left > 0 ? `Window open, ${span(left)} left` : "Window closed";
    const page = this.#store.pages.length > 1 && plain(this.#store.pageName(pageId));
    const states = [window, page, !online && "offline", blocked && "blocked"];
    return states.filter(Boolean).join(" · ");
  }
}
