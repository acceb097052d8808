// Which conversations a list shows, and in which order; knows no page.

const SETTLED = new Set(["resolved", "closed"]);

const times = new WeakMap(); // a conversation never changes, a newer one takes its place

/** Return {last, waits} of *conversation* in milliseconds; a time that there is none of is Infinity or 0. */
export function timesOf(conversation) {
  if (!times.has(conversation)) {
    const { last_message_at: last, waiting_since: waits } = conversation;
    times.set(conversation, {
      last: last === null ? 0 : Date.parse(last),
      waits: waits === null ? Infinity : Date.parse(waits),
    });
  }
  return times.get(conversation);
}

const newest = (one, other) => timesOf(other).last - timesOf(one).last;
const longest = (one, other) => {
  const [mine, theirs] = [timesOf(one).waits, timesOf(other).waits];
  return mine === theirs ? 0 : mine - theirs;
};
const urgent = (one, other) => other.priority - one.priority || longest(one, other);

/** The lists: what each is called, what it has, and what is first in it. */
export const LISTS = {
  waiting: { title: "Waiting", has: ({ status }) => status === "escalated", order: urgent },
  mine: {
    title: "Mine",
    has: ({ assigned_admin_id: holder, status }, me) => holder === me && !SETTLED.has(status),
    order: (one, other) => longest(one, other) || newest(one, other),
  },
  all: { title: "All", has: () => true, order: newest },
  resolved: { title: "Resolved", has: ({ status }) => SETTLED.has(status), order: newest },
};

/** Return what of *conversations* the list of this *name* has, in its order. */
export function listed(conversations, name, me, isWanted) {
  const { has, order } = LISTS[name];
  const found = [];
  for (const one of conversations) if (has(one, me) && isWanted(one)) found.push(one);
  return found.sort((one, other) => order(one, other) || (one.id < other.id ? -1 : 1));
}

/** Return a test for *filters*: {page, priority, unassigned, text}; *textOf* gives what is searched. */
export function wantedBy({ page, priority, unassigned, text }, textOf) {
  const words = text.normalize().toLowerCase().split(/\s+/u).filter(Boolean);
  return (one) => {
    if (page !== "" && one.page_id !== page) return false;
    if (one.priority < priority) return false;
    if (unassigned && (one.assigned_admin_id !== null || one.human_handling)) return false;
    if (words.length === 0) return true;
    const searched = textOf(one);
    return words.every((word) => searched.includes(word));
  };
}
