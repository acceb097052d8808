// A small layer beside a button: Escape, a click elsewhere or a choice closes it.

import { el, freshId } from "./dom.js";

const GAP = 6; // px
const IS_KNOWN = "popover" in HTMLElement.prototype; // Firefox has it since 2024

/**
 * Return a layer that holds *children*, and that `open(button)` shows beside a button. The focus
 * goes in when it opens, and back to the button when it closes from within.
 */
export function popover(props, ...children) {
  const layer = el(
    "div",
    { popover: IS_KNOWN && "auto", id: freshId("layer"), ...props, class: `layer ${props.class ?? ""}` },
    ...children,
  );
  let button = null;
  if (!IS_KNOWN) byHand(layer);

  layer.addEventListener("toggle", ({ newState }) => {
    if (newState === "open" || button === null) return;
    button.setAttribute("aria-expanded", "false");
    if (document.activeElement === document.body || layer.contains(document.activeElement)) button.focus();
    button = null;
  });
  layer.addEventListener("keydown", (event) => arrows(event, layer));

  return {
    layer,
    open(opener) {
      button = opener;
      opener.setAttribute("aria-expanded", "true");
      layer.showPopover();
      place(layer, opener);
      stopsOf(layer)[0]?.focus();
    },
    close() {
      const opener = button;
      layer.hidePopover();
      opener?.focus();
    },
  };
}

/** Return the props of a button that opens such a layer. */
export const opens = { "aria-haspopup": "true", "aria-expanded": "false" };

function place(layer, button) {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = layer;
  const above = at.top - height - GAP;
  const left = at.left + at.width / 2 - width / 2;
  layer.style.top = `${above > GAP ? above : Math.min(at.bottom + GAP, innerHeight - height - GAP)}px`;
  layer.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
}

// What an older browser does not do by itself.
function byHand(layer) {
  const turn = (isOpen) => {
    if (layer.hidden !== isOpen) return;
    layer.hidden = !isOpen;
    layer.toggleAttribute("data-open", isOpen);
    layer.dispatchEvent(Object.assign(new Event("toggle"), { newState: isOpen ? "open" : "closed" }));
  };
  layer.hidden = true;
  layer.showPopover = () => turn(true);
  layer.hidePopover = () => turn(false);
  document.addEventListener("pointerdown", ({ target }) => layer.contains(target) || turn(false));
  document.addEventListener("keydown", ({ key }) => key === "Escape" && turn(false));
}

// A narrow screen may show others than a wide one.
const stopsOf = (layer) =>
  [...layer.querySelectorAll("button, input")].filter((stop) => stop.getClientRects().length > 0);

function arrows(event, layer) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const stops = stopsOf(layer);
  const now = stops.indexOf(document.activeElement);
  stops[(now + step + stops.length) % stops.length]?.focus();
  event.preventDefault();
}
