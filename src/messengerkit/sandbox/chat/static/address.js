// Keeps the open conversations in the page's address, so that a reload or a link opens them again.

const NAME = "open";

/** Return the keys of the conversations that the address names. */
export function namedInAddress() {
  return (new URLSearchParams(location.search).get(NAME) ?? "").split(",").filter(Boolean);
}

/** Name *keys* in the address, without a new step in the browser's history. */
export function nameInAddress(keys) {
  const search =
    keys.length === 0 ? "" : `?${NAME}=${keys.map(encodeURIComponent).join(",").replaceAll("%3A", ":")}`;
  if (search !== location.search)
    history.replaceState(null, "", `${location.pathname}${search}${location.hash}`);
}
