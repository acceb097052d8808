// Puts the panel together: the store in the middle, the views around it, and the feed that feeds it.

import "./frame-icons.js";
import "./conversation-icons.js";
import { auditView } from "./audit-view.js";
import { barView } from "./bar-view.js";
import { conversationView } from "./conversation-view.js";
import { show } from "./dom.js";
import { refuseStrayDrops } from "./drop.js";
import { Feed } from "./feed.js";
import { LISTS } from "./list-order.js";
import { listView } from "./list-view.js";
import { Loading } from "./loading.js";
import { noticeView } from "./notice-view.js";
import { followAddress, routed, toConversation } from "./route.js";
import { Session } from "./session.js";
import { shortcuts } from "./shortcuts.js";
import { signInView } from "./sign-in-view.js";
import { Store } from "./store.js";

const TICK = 15_000; // ms; what is told in minutes is not late by more
const MINUTE = 60_000; // ms
const NARROW = matchMedia("(max-width: 719px)"); // as in panel.css

const place = (id) => document.getElementById(id);

function start() {
  const store = new Store();
  const session = new Session(store);
  const loading = new Loading(store);
  const signIn = signInView(session);
  const list = listView(place("list"), store, loading);
  const conversation = conversationView(place("conversation"), store);
  const audit = auditView(place("audit"), store);
  const help = shortcuts(keys(store, list));
  const bar = barView(place("bar"), store, { shortcuts: help.open, signOut: () => session.signOut() });
  const notice = noticeView(place("notice"), store);
  const feed = new Feed(store, session, {
    ready: loading.start,
    again: () => {
      loading.tried(loading.learnNow());
      if (store.openId !== null) loading.tried(store.thread(store.openId).loadNewest());
    },
  });
  const views = [bar, list, conversation, audit, notice, { update: () => titled(store) }];

  session.watch({
    begun() {
      store.seen.of(store.me.adminId);
      signIn.close();
      show(place("app"), true);
      feed.start();
      if (store.openId !== null) store.requestPreview(store.openId);
      if (routed().view === "audit") audit.shown();
    },
    leaving: feed.stop,
    isEmpty: () => conversation.isEmpty,
    ended() {
      feed.stop();
      signIn.open(store.loaded);
    },
  });
  store.watch(() => look(store));
  store.watch(() => store.me !== null && views.forEach((view) => view.update()));
  followAddress(store, (id) => loading.one(id), shownBy(store, list, conversation, audit));
  setInterval(store.changed, TICK);
  setInterval(() => askTime(store, loading), MINUTE);
  document.addEventListener("visibilitychange", store.flush); // a frame that was due rests while the tab is hidden
  refuseStrayDrops();
  session.start();
}

// The three places of the page; a narrow screen shows one of them.
function shownBy(store, list, conversation, audit) {
  let before = null;
  return () => {
    const { view } = routed();
    place("app").dataset.view = view;
    show(place("audit"), view === "audit");
    show(place("list"), view !== "audit");
    show(place("conversation"), view !== "audit");
    if (view === "audit" && store.me !== null) audit.shown();
    if (before !== null) store.flush();
    if (before !== null) focusOn(view, list, conversation);
    before = view;
  };
}

// On a narrow screen a focus in the text field would open the keyboard over what is to be read.
function focusOn(view, list, conversation) {
  if (view === "audit") place("audit").focus();
  else if (view === "list") list.focusRow();
  else if (NARROW.matches) place("conversation").focus();
  else conversation.focus();
}

function keys(store, list) {
  const inList = (act) => {
    const isThere = routed().view === "list" || (routed().view === "conversation" && !NARROW.matches);
    if (isThere) return act();
    addEventListener("hashchange", act, { once: true }); // after the one that shows the list
    location.hash = toConversation(NARROW.matches ? null : store.openId);
  };
  return {
    search: () => inList(() => list.focusSearch()),
    choose: (at) => inList(() => list.choose(at)),
    step: (by) => inList(() => list.step(by)),
    back(target) {
      if (target.matches("input[type=search]") && target.value !== "") list.clearSearch();
      else if (routed().view === "audit") location.hash = toConversation(store.openId);
      else store.close();
    },
  };
}

// The open conversation learns the server's time by itself; without one, nobody would.
function askTime(store, loading) {
  if (store.me === null || store.openId !== null || store.connection !== "live" || document.hidden) return;
  loading.learnNow().catch(() => {});
}

// Who looks at a conversation has seen what is in it.
function look(store) {
  const open = store.conversations.get(store.openId);
  if (open !== undefined && !document.hidden && routed().view === "conversation") store.seen.look(open);
}

function titled(store) {
  let count = 0;
  for (const one of store.conversations.values()) {
    const isOurs = LISTS.waiting.has(one) || LISTS.mine.has(one, store.me.adminId);
    if (isOurs && store.seen.isNews(one)) count += 1;
  }
  const title = count > 0 ? `(${count}) Support panel` : "Support panel";
  if (document.title !== title) document.title = title;
}

start();
