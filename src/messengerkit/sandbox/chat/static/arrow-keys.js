// Up and down go from message to message, so that Tab need not pass all of their buttons.

/** Move the focus of a key's *event* to the message before or after its own, among those in *log*. */
export function fromMessageToMessage(event, log) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (step === undefined || !event.target.matches(".message, .tools button")) return;
  const nodes = [...log.querySelectorAll(".message")];
  nodes[nodes.indexOf(event.target.closest(".message")) + step]?.focus();
  event.preventDefault();
}
