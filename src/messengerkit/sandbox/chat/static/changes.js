// Hears what changes in the sandbox, as it changes, and goes on listening after any break.

import { changesUrl } from "./api.js";

const PATIENCE = 2000; // ms; the browser gives up for good on an answer that is no stream

/**
 * Call *opened* each time the stream is there (what was missed is then unknown), *changed* with
 * each change, and *lost* when the stream breaks.
 */
export function listen({ opened, changed, lost }) {
  const again = () => listen({ opened, changed, lost });
  const source = new EventSource(changesUrl());
  source.addEventListener("open", opened);
  source.addEventListener("message", ({ data }) => {
    const change = parsed(data);
    if (change !== null) changed(change);
  });
  source.addEventListener("error", () => {
    lost();
    if (source.readyState !== EventSource.CLOSED) return;
    removeEventListener("pagehide", rest);
    setTimeout(again, PATIENCE);
  });
  // A page that rests in the browser's back-forward cache has no stream, and needs a new one after.
  const rest = () => {
    source.close();
    addEventListener("pageshow", again, { once: true });
  };
  addEventListener("pagehide", rest, { once: true });
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
