// Puts the page together: the store in the middle, the views around it, and the session that feeds it.

import { Actions } from "./actions.js";
import { namedInAddress, nameInAddress } from "./address.js";
import { clockView } from "./clock-view.js";
import { columnsView } from "./columns-view.js";
import { refuseStrayDrops } from "./drop.js";
import { faultsView } from "./faults-view.js";
import { icon } from "./icons.js";
import { noticeView } from "./notice.js";
import { peopleView } from "./people-view.js";
import { reactionPicker } from "./reactions-view.js";
import { markWhatIsRead } from "./reading.js";
import { Session } from "./session.js";
import { Store } from "./store.js";
import { viewsNav } from "./views-nav.js";

const NARROW = matchMedia("(max-width: 719px)"); // as in sizes.css
const ROOMY = matchMedia("(min-width: 1180px)");

const place = (id) => document.getElementById(id);

function start() {
  const store = new Store();
  const session = new Session(store);
  const actions = new Actions(store, session);
  store.panel = ROOMY.matches;

  const picker = reactionPicker();
  place("conversations").after(picker.layer);
  const people = peopleView(place("people"), store, actions);
  const columns = columnsView(place("conversations"), store, actions, picker, people.focus);
  const toggle = panelToggle(store, actions);
  const views = [
    people,
    columns,
    clockView(place("clock"), place("clock-brief"), store, actions),
    faultsView(place("faults"), store, actions),
    viewsNav(place("views"), place("app"), store, actions),
    noticeView(place("notice"), place("connection"), store, actions),
    { update: toggle },
    { update: () => titled(store) },
  ];
  store.watch(() => views.forEach((view) => view.update()));
  store.watch(columns.follow);
  openWhatIsNamed(store, actions);
  markWhatIsRead(store, session, NARROW);
  refuseStrayDrops();
  session.start();
  store.flush();
}

function panelToggle(store, actions) {
  const button = place("panel-toggle");
  button.prepend(icon("sliders"));
  button.addEventListener("click", () => actions.showPanel(!store.panel));
  return () => button.setAttribute("aria-expanded", String(store.panel));
}

function titled(store) {
  let count = 0;
  for (const key of new Set([...store.open.keys(), ...store.unseen.keys()])) count += store.unreadCount(key);
  const title = count > 0 ? `(${count}) Messenger sandbox` : "Messenger sandbox";
  if (document.title !== title) document.title = title;
}

// The people must be there first; from then on the address follows what is open.
function openWhatIsNamed(store, actions) {
  let done = false;
  store.watch(() => {
    if (!store.loaded) return;
    if (!done) {
      done = true;
      for (const key of namedInAddress()) if (store.people.has(key)) actions.open(store.people.get(key));
    }
    nameInAddress([...store.open.keys()]);
  });
}

start();
