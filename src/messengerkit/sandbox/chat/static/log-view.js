// The messages of a conversation: each has one node for good, and the newest stays in sight.

import { fromMessageToMessage } from "./arrow-keys.js";
import { arrange, el, show } from "./dom.js";
import { icon } from "./icons.js";
import { messageView } from "./message-view.js";
import { dayAndTime, isoTime } from "./time.js";

const STEP = 200; // messages; more at once would make typing slow
const PAUSE = 900; // seconds, after which the time is told again
const NEAR = 80; // px from the end that still count as the end

export class LogView {
  node;
  #scroller;
  #messages = el("div", { class: "messages" });
  #earlier;
  #newer;
  #views = new Map(); // mid to {view, when}
  #shown = STEP;
  #pinned = true;
  #top = 0;
  #picked = null;
  #last = null;
  #context;
  #changed = () => {};

  /** *tail* is shown after the last message. */
  constructor(label, context, tail) {
    this.#context = context;
    this.#earlier = el("button", {
      type: "button",
      class: "quiet",
      text: "Show earlier messages",
      onclick: this.#showEarlier,
    });
    this.#newer = el(
      "button",
      { type: "button", class: "newer", hidden: true, onclick: this.pin },
      icon("down"),
      "New messages",
    );
    const inner = el("div", { class: "inner" }, this.#earlier, this.#messages, ...tail);
    const props = { class: "log", role: "log", "aria-live": "polite", "aria-label": label, tabindex: "0" };
    this.#scroller = el(
      "div",
      { ...props, onscroll: this.#scrolled, onkeydown: this.#keyed, onfocusin: this.#focused },
      inner,
    );
    this.node = el("div", { class: "log-frame" }, this.#scroller, this.#newer);
    const follow = new ResizeObserver(() => this.#pinned && this.#toEnd());
    follow.observe(inner);
    follow.observe(this.#scroller);
  }

  /** Call *again* when more of the messages are to be drawn. */
  whenMore(again) {
    this.#changed = again;
  }

  /** Show the newest message, and go on doing so. */
  pin = () => {
    this.#pinned = true;
    show(this.#newer, false);
    this.#toEnd();
  };

  update(messages) {
    const shown = messages.slice(-this.#shown);
    show(this.#earlier, shown.length < messages.length);
    this.#forget(messages);
    const newest = messages.at(-1) ?? null;
    if (!shown.some(({ mid }) => mid === this.#picked)) this.#picked = newest?.mid ?? null;
    arrange(
      this.#messages,
      shown.flatMap((message, at) => this.#draw(message, shown[at - 1], shown[at + 1])),
    );
    if (newest?.mid !== this.#last) this.#arrived(newest);
  }

  #arrived(newest) {
    this.#last = newest?.mid ?? null;
    if (newest?.from === "page" && !this.#pinned) show(this.#newer, true);
    else this.pin();
  }

  #draw(message, previous, next) {
    const { mid, at } = message;
    if (!this.#views.has(mid)) {
      const time = el("time", { datetime: isoTime(at), text: dayAndTime(at) });
      this.#views.set(mid, {
        view: messageView(message, this.#context),
        when: el("p", { class: "when" }, time),
      });
    }
    const { view, when } = this.#views.get(mid);
    view.update(message, {
      first: !together(previous, message),
      last: !together(message, next),
      picked: mid === this.#picked,
    });
    return isPause(previous, message) ? [when, view.node] : [view.node];
  }

  #forget(messages) {
    if (this.#views.size <= messages.length) return;
    const there = new Set(messages.map(({ mid }) => mid));
    for (const mid of this.#views.keys()) if (!there.has(mid)) this.#views.delete(mid);
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    if (clientHeight === 0) return; // on a narrow screen another view may be shown
    // What has grown, as a picture does that arrives, moved the end away; who scrolls up leaves it.
    const isNear = scrollHeight - scrollTop - clientHeight < NEAR;
    this.#pinned = isNear || (this.#pinned && scrollTop >= this.#top);
    this.#top = scrollTop;
    if (this.#pinned) show(this.#newer, false);
  };

  #showEarlier = () => {
    const { scrollHeight } = this.#scroller;
    this.#shown += STEP;
    this.#pinned = false;
    this.#changed();
    this.#scroller.scrollTop += this.#scroller.scrollHeight - scrollHeight;
  };

  #keyed = (event) => fromMessageToMessage(event, this.#messages);

  #focused = ({ target }) => {
    const node = target.closest(".message");
    for (const [mid, { view }] of this.#views)
      if (view.node === node && mid !== this.#picked) this.#pick(mid);
  };

  #pick(mid) {
    this.#picked = mid;
    this.#changed();
  }
}

const isPause = (previous, message) => previous === undefined || message.at - previous.at > PAUSE;

function together(one, other) {
  if (one === undefined || other === undefined || isPause(one, other)) return false;
  return one.from === other.from && one.persona?.id === other.persona?.id;
}
