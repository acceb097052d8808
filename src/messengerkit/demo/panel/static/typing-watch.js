// Tells the other admins that somebody types here, as seldom as will do.

import * as api from "./api.js";

const AGAIN = 3000; // ms; a word of it counts for 5 s
const STILL = 4000; // ms without a key, after which nobody types

/** Return {typed(), stopped()} for the conversation *id*; *isIn* says whether anybody is signed in. */
export function typingWatch(id, isIn) {
  let again = null; // tells it anew, for who was not listening just then
  let still = null;
  const tell = (on) => isIn() && api.typing(id, on).catch(() => {}); // a courtesy: nothing depends on it
  const stopped = () => {
    clearTimeout(still);
    if (again === null) return;
    clearInterval(again);
    again = null;
    tell(false);
  };
  return {
    stopped,
    typed() {
      clearTimeout(still);
      still = setTimeout(stopped, STILL);
      if (again !== null) return;
      again = setInterval(tell, AGAIN, true);
      tell(true);
    },
  };
}
