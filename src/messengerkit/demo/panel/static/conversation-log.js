// The messages of one conversation on the screen: each has one node for good, and the newest stays in sight.

import { fromMessageToMessage } from "./arrow-keys.js";
import { dayKey, dayName } from "./days.js";
import { arrange, attribute, el, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { saidView } from "./said-view.js";

const STEP = 100; // messages; more at once would make typing slow
const PAUSE = 900_000; // ms, after which one who goes on begins anew
const NEAR = 80; // px from the end that still count as the end

export class ConversationLog {
  node;
  #scroller;
  #messages = el("div", { class: "messages" });
  #earlier;
  #newer;
  #empty = el("p", { class: "muted unsaid" });
  #trouble;
  #views = new Map(); // message id to {view, day, drawn}
  #shown = STEP;
  #pinned = true;
  #top = 0;
  #picked = null;
  #last = null;
  #thread;
  #context;
  #drawn = null;

  /** *tail* is shown after the last message; *context* is what said-view.js wants, with `now`, `isLate`, `tried`, `redraw` and `reload`. */
  constructor(label, thread, context, tail) {
    [this.#thread, this.#context] = [thread, context];
    const button = { type: "button", class: "quiet small", text: "Show earlier messages" };
    this.#earlier = el("button", { ...button, hidden: true, onclick: this.#showEarlier });
    this.#newer = el(
      "button",
      { type: "button", class: "newer", hidden: true, onclick: this.pin },
      icon("down"),
      "New messages",
    );
    this.#trouble = troubleView(context.reload);
    const inner = el(
      "div",
      { class: "inner" },
      this.#earlier,
      this.#empty,
      this.#trouble,
      this.#messages,
      ...tail,
    );
    const props = { class: "log", role: "log", "aria-live": "polite", "aria-label": label, tabindex: "0" };
    const heard = { onscroll: this.#scrolled, onkeydown: this.#keyed, onfocusin: this.#focused };
    this.#scroller = el("div", { ...props, "aria-busy": "true", ...heard }, inner);
    this.node = el("div", { class: "log-frame" }, this.#scroller, this.#newer);
    const follow = new ResizeObserver(() => this.#pinned && this.#toEnd());
    follow.observe(inner);
    follow.observe(this.#scroller);
  }

  /** Call it what the person is called now. */
  named(label) {
    attribute(this.#scroller, "aria-label", label);
  }

  /** Show the newest message, and go on doing so. */
  pin = () => {
    this.#pinned = true;
    show(this.#newer, false);
    this.#toEnd();
  };

  /** Draw what has changed; *look* is what the messages depend on beside themselves. */
  update(look) {
    const { loaded, messages, hasEarlier, revision } = this.#thread;
    const now = `${revision} ${this.#shown} ${this.#picked} ${look}`;
    if (now === this.#drawn) return;
    this.#drawn = now;
    const shown = messages.slice(-this.#shown);
    show(this.#earlier, loaded && (shown.length < messages.length || hasEarlier));
    this.#drawNothing();
    this.#forget(shown);
    const newest = messages.at(-1) ?? null;
    if (!this.#views.has(this.#picked)) this.#picked = newest?.id ?? null;
    arrange(
      this.#messages,
      shown.flatMap((message, at) => this.#draw(message, shown[at - 1], shown[at + 1], look)),
    );
    if (newest?.id !== this.#last) this.#arrived(newest);
    if (loaded) setTimeout(() => attribute(this.#scroller, "aria-busy", "false"), 0);
  }

  #drawNothing() {
    const { loaded, messages, pending, trouble } = this.#thread;
    const isLost = !loaded && trouble !== "";
    show(this.#empty, !isLost && messages.length === 0 && pending.length === 0);
    say(this.#empty, loaded ? "Nothing has been said yet." : "Loading…");
    show(this.#trouble, isLost);
    say(this.#trouble.firstChild, trouble);
  }

  #arrived(newest) {
    this.#last = newest?.id ?? null;
    if (newest?.sender_type === "user" && !this.#pinned) show(this.#newer, true);
    else if (this.#pinned || newest?.sent_by === this.#context.me()) this.pin();
  }

  #draw(message, previous, next, look) {
    if (!this.#views.has(message.id)) this.#views.set(message.id, this.#make(message));
    const known = this.#views.get(message.id);
    const flags = {
      first: !together(previous, message),
      last: !together(message, next),
      picked: message.id === this.#picked,
      told: !together(message, next) || next.status !== message.status,
      isLate: this.#context.isLate(message),
    };
    if (known.message !== message || known.flags !== JSON.stringify([flags, look])) {
      known.view.update(message, flags);
      Object.assign(known, { message, flags: JSON.stringify([flags, look]) });
    }
    if (previous && dayKey(previous.created_at) === dayKey(message.created_at)) return [known.view.node];
    say(known.day, dayName(message.created_at, this.#context.now()));
    return [known.day, known.view.node];
  }

  #make(message) {
    return {
      view: saidView(message, this.#context),
      day: el("p", { class: "day" }),
      message: null,
      flags: "",
    };
  }

  #forget(shown) {
    if (this.#views.size <= shown.length) return;
    const there = new Set(shown.map(({ id }) => id));
    for (const id of this.#views.keys()) if (!there.has(id)) this.#views.delete(id);
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#top = this.#scroller.scrollTop; // what shrinks scrolls up as well, and nobody did
  }

  #scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    if (clientHeight === 0) return; // on a narrow screen another view may be shown
    // What has grown, as a picture does that arrives, moved the end away; who scrolls up leaves it.
    const isNear = scrollHeight - scrollTop - clientHeight < NEAR;
    this.#pinned = isNear || (this.#pinned && scrollTop >= this.#top);
    this.#top = scrollTop;
    if (this.#pinned && !isNear) this.#toEnd();
    if (this.#pinned) show(this.#newer, false);
  };

  #showEarlier = async () => {
    const { messages } = this.#thread;
    this.#earlier.disabled = true;
    attribute(this.#scroller, "aria-busy", "true");
    if (messages.length <= this.#shown) await this.#context.tried(this.#thread.loadEarlier());
    this.#earlier.disabled = false;
    this.#shown += STEP;
    this.#pinned = false;
    const anchor = this.#messages.querySelector(".message .line");
    const place = anchor?.getBoundingClientRect().top;
    this.#context.redraw();
    if (anchor) this.#scroller.scrollTop += anchor.getBoundingClientRect().top - place;
    if (this.#earlier.hidden) this.#scroller.focus({ preventScroll: true });
  };

  #keyed = (event) => fromMessageToMessage(event, this.#messages);

  #focused = ({ target }) => {
    const node = target.closest(".message");
    for (const [id, { view }] of this.#views) {
      if (view.node !== node || id === this.#picked) continue;
      this.#picked = id;
      this.#context.redraw();
    }
  };
}

function troubleView(reload) {
  const again = el("button", { type: "button", class: "quiet", text: "Try again", onclick: reload });
  return el("div", { class: "trouble", hidden: true }, el("p", { role: "alert" }), again);
}

function together(one, other) {
  if (one === undefined || other === undefined || one.metadata?.internal || other.metadata?.internal)
    return false;
  if (Date.parse(other.created_at) - Date.parse(one.created_at) > PAUSE) return false;
  return one.sender_type === other.sender_type && one.sent_by === other.sent_by;
}
