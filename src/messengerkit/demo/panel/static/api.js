// Speaks the backend's admin routes; what goes wrong is a Refused, which says so in one sentence.

const BASE = document.querySelector('meta[name="backend"]')?.content ?? ""; // "" is this very server
const UPLOAD = 600_000; // ms; a large file on a slow line
const PATIENCE = 45_000; // ms; a send is answered within some 10 s, whatever becomes of it
const BARE = /^$|^text\/|^application\/(json|x-www-form-urlencoded)$|^multipart\//; // a form can send these

/** What the backend did not do, and what can be done about it. */
export class Refused extends Error {
  constructor(status, message, data = null) {
    super(message);
    const error = data?.error ?? {};
    this.name = "Refused";
    /** The HTTP status, or 0 if no answer came. */
    this.status = status;
    /** The machine's word for it, like "held"; "unreachable" if no answer came. */
    this.code = error.code ?? (status === 0 ? "unreachable" : "");
    this.advice = error.advice ?? "";
    this.retryable = error.retryable ?? status === 0;
    this.field = error.field ?? null;
    /** Who has the conversation, if that is why. */
    this.adminId = error.admin_id ?? null;
    this.data = data;
  }
}

let signedOut = () => {};
let isLeaving = false;
let me = null; // the admin who is signed in, for requests that have to say it

/** Call *listener* whenever an answer says that the session has ended. */
export function onSignedOut(listener) {
  signedOut = listener;
}

/** Say in requests that *adminId* makes them. */
export function actAs(adminId) {
  me = adminId;
}

function address(path, query = {}) {
  const url = new URL(`${BASE}${path}`, location.origin);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== "") url.searchParams.set(name, value);
  return url;
}

async function call(method, url, { headers = {}, body, patience = PATIENCE, quietly = false } = {}) {
  if (isLeaving) throw new Refused(401, "You have signed out.");
  let response;
  let answer;
  try {
    const signal = AbortSignal.timeout(patience);
    const credentials = BASE === "" ? "same-origin" : "include";
    response = await fetch(url, { method, headers, body, credentials, signal, cache: "no-store" });
    answer = await parsed(response);
  } catch {
    throw new Refused(0, "The server does not answer.");
  }
  if (response.ok && answer !== null) return { ...answer.data, heard: response.headers.get("Date") };
  if (response.status === 401 && !quietly) signedOut();
  const message = answer?.message || `The server answered with status ${response.status}.`;
  throw new Refused(response.status, message, answer?.data ?? null);
}

async function parsed(response) {
  const text = await response.text(); // breaks if the answer does
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const get = (path, query) => call("GET", address(path, query));
const segment = (id, edge = "") => `${encodeURIComponent(id)}${edge}`;

function post(path, body, { method = "POST", headers = {} } = {}) {
  const json = { "Content-Type": "application/json", ...headers };
  return call(method, address(path), { headers: json, body: JSON.stringify(body) });
}

// What is undefined or null is left out of a body: the backend takes no null for "not said".
const said = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value ?? false));

/** Send a text. *key* stays the same for every attempt at one message. */
export function sendMessageToFacebook(recipientId, messageText, conversationId, adminId, options) {
  const { key, version, takeOver, replyTo } = options;
  const body = {
    conversation_id: conversationId,
    recipient_id: recipientId,
    message_text: messageText,
    admin_id: adminId,
    ...numbered(version),
    ...said({ take_over: takeOver, reply_to: replyTo }),
  };
  return post("/admin/send-message", body, { headers: { "Idempotency-Key": key } });
}

/** Send a file, which is the body itself. */
export async function sendFile(recipientId, file, conversationId, adminId, { key, version, takeOver }) {
  const url = address("/admin/send-attachment", {
    conversation_id: conversationId,
    recipient_id: recipientId,
    admin_id: adminId,
    type: kindOf(file),
    filename: fileName(file),
    version,
    take_over: takeOver ? "true" : null,
  });
  const type = BARE.test(file.type) ? "application/octet-stream" : file.type;
  const headers = { "Content-Type": type, "Idempotency-Key": key };
  await readable(file);
  return call("POST", url, { headers, body: file, patience: UPLOAD });
}

// A folder, or a file that was moved or changed since it was chosen, would look like a server that is not there.
async function readable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    const error = { code: "unreadable", advice: "Choose it again." };
    throw new Refused(400, "This file cannot be read any more.", { error });
  }
}

/** Return how a person will see *file*: "image", "video", "audio" or "file". */
export function kindOf(file) {
  return ["image", "video", "audio"].find((kind) => file.type.startsWith(`${kind}/`)) ?? "file";
}

// A name has neither slashes nor control characters, and 255 characters at most.
const fileName = (file) => file.name.replace(/[\p{Cc}/\\]/gu, "_").slice(0, 255);

const numbered = (version) => (Number.isInteger(version) ? { version } : {});

/** Do *action* to *conversation* as it is shown; resolves to {conversation, bot_in_flight}. */
export function control(conversation, action, { reason, note, takeOver } = {}) {
  return post("/admin/conversation/control", {
    conversation_id: conversation.id,
    action,
    admin_id: me,
    ...numbered(conversation.version),
    ...said({ reason, note, take_over: takeOver }),
  });
}

export const setPriority = (id, priority) =>
  post(`/admin/conversation/${segment(id, "/priority")}`, { priority, admin_id: me }, { method: "PUT" });
export const settle = (messageId, settlement) =>
  post(`/admin/message/${segment(messageId, "/settle")}`, { settlement });
export const markHumanReplied = (messageId) =>
  call("POST", address(`/admin/message/${segment(messageId, "/mark-human-replied")}`));
export const typing = (id, on) =>
  post(`/admin/conversation/${segment(id, "/typing")}`, { admin_id: me, typing: on });

export const conversations = (query) => get("/admin/conversations", query);
export const escalated = (query) => get("/admin/conversations/escalated", query);
export const previews = (ids) => get("/admin/conversations/previews", { ids: ids.join(",") });
export const status = (id) => get(`/admin/conversation/${segment(id, "/status")}`);
export const messages = (id, query) => get(`/admin/conversation/${segment(id, "/messages")}`, query);
export const actions = (query) => get("/admin/actions", query);
export const eventsUrl = (after) => address("/admin/events", { after });
/** Whether the server refuses to go on after this event: a browser's stream does not tell why it ended. */
export const refusesFeed = (after) =>
  call("GET", eventsUrl(after), { quietly: true }).then(
    () => false,
    ({ status }) => status === 422,
  );

/** Sign in with a key, which is sent once and kept nowhere. */
export function signIn(key, adminId) {
  isLeaving = false; // the browser has asked whether to leave, and the page is still here
  const headers = { Authorization: `Bearer ${key}` };
  if (adminId) headers["X-Admin-User-ID"] = adminId;
  return call("POST", address("/admin/session"), { headers, quietly: true });
}

export const renew = () => call("POST", address("/admin/session"));

/** Sign out; from then on this page asks for nothing any more, unless somebody signs in. */
export async function signOut() {
  const asked = call("DELETE", address("/admin/session"), { quietly: true });
  isLeaving = true;
  try {
    await asked;
  } catch (error) {
    isLeaving = false;
    throw error;
  }
}
