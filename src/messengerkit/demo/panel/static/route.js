// The address names what is shown: "#/", "#/conversation/ID", "#/audit", "#/audit/ID".

const ROUTE = /^#\/(conversation|audit)(?:\/([\w.-]{1,128}))?$/;

/** Whether *text* may be the id of a conversation. */
export const isId = (text) => /^[\w.-]{1,128}$/.test(text);

/** The fragment that names the conversation *id*, or none. */
export const toConversation = (id) => (id === null ? "#/" : `#/conversation/${id}`);

/** The fragment that names the audit, of the conversation *id* alone if it is given. */
export const toAudit = (id = null) => (id === null ? "#/audit" : `#/audit/${id}`);

/** Return {view: "list" | "conversation" | "audit", id} of the address. */
export function routed() {
  const [, view, id = null] = ROUTE.exec(location.hash) ?? [];
  if (view === "audit") return { view, id };
  return id === null ? { view: "list", id } : { view: "conversation", id };
}

/**
 * Keep what *store* has open and the address the same, in both ways. *load* gets an id that the
 * store does not know, and *shown* is told the route after each change.
 */
export function followAddress(store, load, shown) {
  let known = store.openId; // what the address was told last
  let wasLoaded = store.loaded;

  const find = async () => {
    const { view, id } = routed();
    const isMissing = view === "conversation" && store.loaded && !store.conversations.has(id);
    if (isMissing && !(await load(id)) && store.openId === id) store.close(); // not what was opened meanwhile
  };
  const follow = () => {
    const { view, id } = routed();
    if (view === "conversation") store.open(id);
    else if (view === "list") store.close();
    known = store.openId;
    shown();
    find();
  };
  addEventListener("hashchange", follow);
  store.watch(() => {
    if (store.openId !== known) {
      known = store.openId;
      location.hash = toConversation(known);
    }
    if (store.loaded !== wasLoaded) {
      wasLoaded = store.loaded;
      find();
    }
  });
  follow();
}
