// Says how long ago something was, and how long somebody has waited; all times in milliseconds.

import { dayAndTime, span, timeOfDay } from "./time.js";

const HOUR = 3_600_000;
const ALERTS = [48, 24]; // hours, after which a wait is told more loudly

/** A wait in its largest unit, as in "12 min"; it ticks once a minute. */
export const waited = (ms) => (ms < 60_000 ? "<1 min" : span(ms / 1000));

/** Return 48 or 24 if somebody has waited for so many hours, else null. */
export const alertOf = (ms) => ALERTS.find((hours) => ms >= hours * HOUR) ?? null;

/** The time of something: of day if it was in the last hours, else with its day. */
export const shortTime = (at, now) =>
  now - at < 20 * HOUR ? timeOfDay(at / 1000) : dayAndTime(at / 1000).split(", ")[1];
