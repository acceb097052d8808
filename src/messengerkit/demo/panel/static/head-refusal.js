// What was refused in the head of a conversation: said below it, with what can be done about it.

import "./conversation-icons.js";
import { el, say, show } from "./dom.js";
import { icon } from "./icons.js";
import { refusalWords } from "./refusal-words.js";

/**
 * Return {node, tried(run), control(action, verb, options), update(conversation, me)}, of which the
 * second and third resolve to whether it was done, or to null without a session; *control* does an action, and raises what refuses it.
 */
export function refusable({ control }) {
  const words = el("p");
  const buttons = el("p", { class: "acts" });
  const node = el("div", { class: "refused", role: "alert", hidden: true }, icon("alarm"), words, buttons);
  let last = null; // {refusal, before, again, verb, version}
  let known = { now: null, me: null };
  const clear = () => {
    last = null;
    show(node, false);
  };
  const tried = async (run, again = run, verb = "do it") => {
    clear();
    const before = known.now;
    try {
      await run({});
      return true;
    } catch (refusal) {
      if (refusal.status === 401) return null; // nothing was decided: it can be asked again
      last = { refusal, before, again, verb, version: null };
      draw();
      return false;
    }
  };
  const draw = () => {
    const { refusal, before, again, verb } = last;
    const told = refusalWords(refusal, { before, ...known, again: verb });
    say(words, [told.sentence, told.advice].filter(Boolean).join(" "));
    const act = ({ label, takeOver }) => button(label, () => tried(() => again({ takeOver }), again, verb));
    buttons.replaceChildren(...told.acts.map(act), button("Dismiss", clear));
    show(node, true);
  };
  return {
    node,
    tried,
    /** Do *action*; *verb* says what it is, as in "Take it over and resolve it". */
    control(action, verb, options = {}) {
      const run = (more) => control(action, { ...options, ...more });
      return tried(run, run, verb);
    },
    update(now, me) {
      known = { now, me };
      if (last === null || last.version === now.version) return;
      // What refused is known with the first look after it; once that has changed it is no refusal any more.
      if (last.version === null) draw();
      else clear();
      if (last !== null) last.version = now.version;
    },
  };
}

const button = (text, onclick) => el("button", { type: "button", class: "quiet small", text, onclick });
