// The rows of the list: one for each conversation, kept while it is drawn, and one that has the focus.

import { arrange } from "./dom.js";
import { gist } from "./gist.js";
import { listRow } from "./list-row.js";

const SPARE = 500; // rows that are kept though another list is shown

export class ListRows {
  #list;
  #store;
  #rows = new Map(); // id to row
  #shown = []; // ids, in their order
  #current = null; // the id that Tab goes to
  #texts = new Map(); // id to {preview, conversation, text}

  constructor(list, store) {
    this.#list = list;
    this.#store = store;
    list.addEventListener("focusin", this.#focused);
  }

  /** Let the list have *conversations* in this order. */
  draw(conversations) {
    const { openId, seen } = this.#store;
    this.#shown = conversations.map(({ id }) => id);
    if (!this.#shown.includes(this.#current))
      this.#current = this.#shown.includes(openId) ? openId : (this.#shown[0] ?? null);
    const minute = Math.floor(this.#store.now() / 60_000);
    const manyPages = this.#store.pages.size > 1;
    const nodes = conversations.map((one) => {
      const { id } = one;
      this.#store.requestPreview(id);
      const row = this.#row(id);
      const isNews = id !== openId && seen.isNews(one);
      row.update(one, { minute, isOpen: id === openId, isCurrent: id === this.#current, isNews, manyPages });
      return row.node;
    });
    const had = this.#list.contains(document.activeElement) ? document.activeElement : null;
    arrange(this.#list, nodes);
    if (had !== null && document.activeElement !== had)
      (had.isConnected ? had : this.#link())?.focus({ preventScroll: true });
    this.#forget();
  }

  focus() {
    this.#link()?.focus();
  }

  /** Go to the row that is *by* rows further. */
  step(by) {
    const at = this.#shown.indexOf(this.#current);
    const isThere = this.#list.contains(document.activeElement);
    const to = isThere ? Math.max(0, Math.min(at + by, this.#shown.length - 1)) : Math.max(0, at);
    this.#current = this.#shown[to] ?? null;
    this.focus();
  }

  /** Return a function that gives the link of the row after that at *at*, once it is drawn. */
  after(at) {
    return () => this.#rows.get(this.#shown[at + 1])?.link;
  }

  /** Return what of *conversation* is searched. */
  textOf = (conversation) => {
    const { id, psid, escalation_reason: reason } = conversation;
    const preview = this.#store.previews.get(id);
    const known = this.#texts.get(id);
    if (known?.conversation === conversation && known.preview === preview) return known.text;
    const last = preview?.last_message ? gist(preview.last_message) : "";
    const text = [this.#store.nameOf(id), last, reason ?? "", psid].join("\n").normalize().toLowerCase();
    this.#texts.set(id, { conversation, preview, text });
    return text;
  };

  #row(id) {
    if (!this.#rows.has(id)) this.#rows.set(id, listRow(id, this.#store));
    return this.#rows.get(id);
  }

  #link() {
    return this.#rows.get(this.#current)?.link;
  }

  #focused = ({ target }) => {
    const id = this.#shown.find((each) => this.#rows.get(each).link === target);
    if (id === undefined || id === this.#current) return;
    this.#current = id;
    this.#store.changed();
  };

  #forget() {
    if (this.#rows.size <= this.#shown.length + SPARE) return;
    const shown = new Set(this.#shown);
    for (const id of this.#rows.keys()) if (!shown.has(id)) this.#rows.delete(id);
  }
}
