// An instant in UTC with its day beside it.
import { clock, day, dayNumber, instant, iso, relativeDay } from "../text/time.ts";
import { t } from "../text/language.ts";

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
      {day(ms)} {clock(ms, true)} <span className="faint">{t("day {n}", { n: dayNumber(ms, start) })}</span>
    </time>
  );
}

/** The end of a stretch that began at `start`: nothing when it is the same minute, the day only when it is another. */
export function Until({ ms, start }: { ms: number; start: number }) {
  if (clock(ms) === clock(start) && day(ms) === day(start)) return null;
  return (
    <span className="until">
      {" to "}
      <time dateTime={iso(ms)} title={instant(ms)}>
        {day(ms) === day(start) ? "" : `${day(ms)} `}
        {clock(ms)}
      </time>
    </span>
  );
}
