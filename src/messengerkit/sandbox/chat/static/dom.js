// Makes elements out of plain text; what came from outside can become neither markup nor script.

const LINKS = new Set(["href", "src", "poster"]);

/**
 * Return a new element. `on…` props are listeners, `class` and `text` are what they say, all
 * others are attributes; null, undefined and false leave an attribute out.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) {
    if (typeof value !== "function") throw new TypeError(`${name} takes a function`);
    node.addEventListener(name.slice(2), value);
  } else if (name === "class") {
    node.className = value;
  } else if (name === "text") {
    node.textContent = value;
  } else {
    if (LINKS.has(name) && !(value instanceof URL)) throw new TypeError(`${name} takes a vetted URL`);
    node.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Write *text* into *node*, unless it says so already: screen readers announce each change. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Show *node*, or take it off the page and out of the reading order. */
export function show(node, shown) {
  if (node.hidden === shown) node.hidden = !shown;
}

/** Set an attribute only if it differs, so that nothing is styled or announced anew. */
export function attribute(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/**
 * Let *parent* hold just *nodes*, in this order; those that stay are not moved, for a moved
 * node loses its focus and is announced again.
 */
export function arrange(parent, nodes) {
  const kept = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!kept.has(child)) child.remove();
  let next = parent.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
}

let made = 0;

/** Return an id that no other element of this page has. */
export function freshId(stem) {
  made += 1;
  return `${stem}-${made}`;
}
