// An instant in UTC with its day beside it.
import { clock, day, dayNumber, instant, iso, relativeDay } from "../text/time.ts";

/** In a list: `14 Sep 08:02`, and how many days ago. */
export function When({ ms, now }: { ms: number; now: number }) {
  return (
    <time dateTime={iso(ms)} title={instant(ms)}>
      {day(ms)} {clock(ms)} <span className="faint">{relativeDay(ms, now)}</span>
    </time>
  );
}

/** In an incident: `14 Sep 08:02:10`, and the day of the incident. */
export function Moment({ ms, start }: { ms: number; start: number }) {
  return (
    <time dateTime={iso(ms)} title={instant(ms)}>
      {day(ms)} {clock(ms, true)} <span className="faint">day {dayNumber(ms, start)}</span>
    </time>
  );
}
