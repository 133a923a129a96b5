// Times as text, always UTC.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const two = (value: number) => String(value).padStart(2, "0");

/** `14 Sep`. */
export function day(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "?" : `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** `08:02`, or `08:02:10` with seconds. */
export function clock(ms: number, seconds = false): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return "?";
  const text = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  return seconds ? `${text}:${two(date.getUTCSeconds())}` : text;
}

/** `14 Sep 2026 08:02 UTC`. */
export function instant(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "unknown time" : `${day(ms)} ${date.getUTCFullYear()} ${clock(ms)} UTC`;
}

/** For `<time datetime>`. */
export function iso(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString();
}

/** Which day of the incident, from 1, by UTC dates. */
export function dayNumber(ms: number, start: number): number {
  return Math.floor(ms / DAY) - Math.floor(start / DAY) + 1;
}

/** `today`, `yesterday`, `5 days ago`, `in 2 days`, by UTC dates. */
export function relativeDay(ms: number, now: number): string {
  const days = Math.floor(now / DAY) - Math.floor(ms / DAY);
  if (days === 0) return "today";
  if (days === 1) return "yesterday";
  return days > 0 ? `${days} days ago` : `in ${-days} ${days === -1 ? "day" : "days"}`;
}

/** `2 days 6 h`, `50 min`, `under a minute`. */
export function duration(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / MINUTE));
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  if (hours < 24) return `${hours} h`;
  const days = Math.floor(hours / 24);
  const rest = hours % 24;
  return `${days} ${days === 1 ? "day" : "days"}${rest ? ` ${rest} h` : ""}`;
}
