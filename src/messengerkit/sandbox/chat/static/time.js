// Says times: all are unix seconds by the sandbox's clock, and shown in this browser's zone.

const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short" });
const FULL = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

const date = (seconds) => new Date(seconds * 1000);

/** The time of day, as in "08:45". */
export const timeOfDay = (seconds) => TIME.format(date(seconds));

/** Day and time, as in "Thu, 28 Nov, 08:45". */
export const dayAndTime = (seconds) =>
  `${DAY.format(date(seconds)).replace(",", "")}, ${TIME.format(date(seconds))}`;

/** All of it, with the year and the second. */
export const fullTime = (seconds) => FULL.format(date(seconds));

/** The machine's form of it, or "" for a time that no calendar has. */
export function isoTime(seconds) {
  const when = date(seconds);
  return Number.isNaN(when.getTime()) ? "" : when.toISOString();
}

/** A span, in its largest unit that is at least 1, as in "23 h". */
export function span(seconds) {
  if (seconds >= 172_800) return `${Math.floor(seconds / 86_400)} d`;
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min`;
  return `${Math.max(0, Math.floor(seconds))} s`;
}
