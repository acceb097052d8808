// Who is signed in. The cookie does it; this page keeps only who it is and until when, and no key.

import * as api from "./api.js";
import { forgetDrafts } from "./drafts.js";

const KEY = "messengerkit.panel";
const LIFETIME = 15 * 60_000; // ms that a cookie is good, if its answer has not told
const EARLY = 5 * 60_000; // ms before its end at which a session is renewed
const LEFT = "null"; // kept for a moment when somebody signs out: a session that ends leaves nothing
const AGAIN = 15_000; // ms, if the server did not answer

export class Session {
  #store;
  #begun = () => {};
  #ended = () => {};
  #leaving = () => {};
  #isEmpty = () => false;
  #timer = null;
  #last = null; // who was signed in before this session ended

  constructor(store) {
    this.#store = store;
    api.onSignedOut(() => this.end());
    addEventListener("storage", this.#elsewhere);
    document.addEventListener("visibilitychange", this.#look);
  }

  /**
   * Call *begun* after a sign-in, *leaving* before a sign-out, and *ended* when nobody is signed in;
   * *isEmpty* tells whether nothing would be lost if the page began anew.
   */
  watch({ begun, leaving, ended, isEmpty }) {
    this.#begun = begun;
    this.#isEmpty = isEmpty;
    this.#leaving = leaving;
    this.#ended = ended;
  }

  /** Go on with the session of this browser, if there is one: a page that has none asks for nothing. */
  start() {
    const known = remembered();
    if (known === null) return this.end();
    this.#take(known);
    this.renew();
  }

  /** Sign in; raises what the server says against it. */
  async signIn(key, adminId) {
    this.#heard(await api.signIn(key, adminId));
  }

  async signOut() {
    this.#leaving();
    try {
      await api.signOut();
    } catch (error) {
      this.#begun();
      this.#store.tell(`You are not signed out yet. ${error.message}`);
      return;
    }
    localStorage.setItem(KEY, LEFT); // for the other windows
    localStorage.removeItem(KEY);
    this.#clear();
  }

  // Nothing of what was read stays in the page, unless its reader does, whom the browser asks.
  #clear() {
    forgetDrafts();
    this.end();
    location.reload();
  }

  /** Renew the session; resolves to whether that was done. */
  async renew() {
    if (remembered() === null) {
      this.end();
      return false;
    }
    try {
      this.#heard(await api.renew());
      return true;
    } catch {
      // A 401 has ended it already; else the server did not answer.
      clearTimeout(this.#timer);
      if (this.#store.me !== null) this.#timer = setTimeout(this.#look, AGAIN);
      return false;
    }
  }

  /** Nobody is signed in now. */
  end() {
    clearTimeout(this.#timer);
    localStorage.removeItem(KEY);
    this.#last = this.#store.me?.adminId ?? this.#last;
    this.#store.me = null;
    this.#ended();
    this.#store.changed();
  }

  #heard({ admin_id: adminId, role, expires_at: ends, heard }) {
    const left = Date.parse(ends) - (heard === null ? Date.now() : Date.parse(heard));
    const known = { adminId, role, until: Date.now() + (left > 0 ? Math.min(left, LIFETIME) : LIFETIME) };
    localStorage.setItem(KEY, JSON.stringify(known));
    this.#goOn(known);
  }

  // What this page knows may be another admin's, or older than what the feed still tells: begin anew then.
  #goOn(known) {
    const isOther = this.#last !== null && this.#last !== known.adminId;
    const isOld = this.#store.me === null && this.#store.loaded;
    if (isOther || (isOld && this.#isEmpty())) location.reload();
    else this.#take(known);
  }

  #take({ adminId, role, until }) {
    const isNew = this.#store.me === null;
    api.actAs(adminId);
    this.#last = adminId;
    this.#store.me = { adminId, role };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#look, Math.max(AGAIN, until - EARLY - Date.now()));
    if (isNew) this.#begun();
    this.#store.changed();
  }

  // Timers rest while a computer sleeps: after that, the session may need renewal, or be over.
  #look = () => {
    if (this.#store.me === null) return;
    const known = remembered();
    if (known === null) this.end();
    else if (known.until - EARLY <= Date.now()) this.renew();
  };

  #elsewhere = ({ key, newValue }) => {
    if (key !== KEY) return;
    if (newValue === LEFT && this.#isEmpty()) return this.#clear();
    const known = remembered();
    if (known === null) this.end();
    else if (this.#store.me === null || known.adminId !== this.#last) this.#goOn(known);
  };
}

function remembered() {
  try {
    const known = JSON.parse(localStorage.getItem(KEY));
    return known?.until > Date.now() ? known : null;
  } catch {
    return null;
  }
}
