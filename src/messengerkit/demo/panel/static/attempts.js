// When a send is tried again, and when it is not.

const PAUSES = [1000, 2000, 4000, 8000, 15_000]; // ms between attempts; the last one repeats
const OWN_FAULT = new Set([400, 413, 415]);

/** Return for how many ms to wait after this many attempts before. */
export const pauseAfter = (tries) => PAUSES[Math.min(tries, PAUSES.length - 1)];

/** Whether *refusal* is of this one message, and says nothing of those behind it; a field is what is wrong in it. */
export const isOwnFault = ({ status, field }) => OWN_FAULT.has(status) || (status === 422 && Boolean(field));

/** Whether *error* is neither a message nor a refusal: it may have been written down, so it is asked for again. */
export function isNoAnswer({ status, code }) {
  return code === "unreachable" || code === "request_in_progress" || (code === "" && status >= 500);
}

/** Return an idempotency key. */
export function freshKey() {
  // Pages that come over plain HTTP from another machine have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
