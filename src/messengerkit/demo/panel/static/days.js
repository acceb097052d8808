// Says the days and spans of a conversation, whose times come as ISO 8601.

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const FAR_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const SHORT = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const FAR = 180 * 86_400_000; // ms, after which the year is said

/** The unix seconds of an ISO time, as time.js takes them. */
export const secondsOf = (iso) => Date.parse(iso) / 1000;

/** Day and time in one short phrase, as in "Sat 28 Nov, 08:45". */
export const shortTime = (iso) => SHORT.format(Date.parse(iso)).replace(",", "");

/** What tells one day from another, in this browser's zone. */
export const dayKey = (iso) => new Date(iso).toDateString();

/** The day of *iso* as one says it at *now*, in ms: "Today", "Yesterday", or its date. */
export function dayName(iso, now) {
  const at = Date.parse(iso);
  if (dayKey(iso) === new Date(now).toDateString()) return "Today";
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1); // which may have had 23 or 25 hours
  if (dayKey(iso) === yesterday.toDateString()) return "Yesterday";
  return (Math.abs(now - at) < FAR ? DAY : FAR_DAY).format(at).replace(",", "");
}

/** A span of *ms* in its two largest units, as in "3 h 12 min". */
export function longSpan(ms) {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days > 0) return joined(days, "d", hours, "h");
  if (hours > 0) return joined(hours, "h", minutes % 60, "min");
  return minutes > 0 ? `${minutes} min` : "less than a minute";
}

const joined = (many, unit, few, smaller) => `${many} ${unit}${few > 0 ? ` ${few} ${smaller}` : ""}`;
