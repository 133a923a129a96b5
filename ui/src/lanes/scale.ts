// Time to pixels and back, and where the ticks of the axis stand.
import { clock, DAY, day, HOUR, MINUTE } from "../text/time.ts";

export interface Span {
  from: number;
  to: number;
}

/** The shortest span shown; a single instant is shown in the middle of it. */
const LEAST = 2 * MINUTE;

/** A span around all `times` with a margin, so that nothing sticks to the edge. */
export function spanOf(times: number[], margin = 0.03): Span {
  let from = Infinity;
  let to = -Infinity;
  for (const time of times) {
    if (!Number.isFinite(time)) continue;
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  if (from > to) return { from: 0, to: LEAST };
  const pad = Math.max((to - from) * margin, (LEAST - (to - from)) / 2, MINUTE / 4);
  return { from: from - pad, to: to + pad };
}

export const position = (time: number, span: Span, width: number): number => ((time - span.from) / (span.to - span.from)) * width;

/** Zooms by `factor` (below 1 is closer) around the middle, within `limits`. */
export function zoom(span: Span, factor: number, limits: Span): Span {
  const middle = (span.from + span.to) / 2;
  const half = Math.max(((span.to - span.from) * factor) / 2, LEAST / 2);
  return shift({ from: middle - half, to: middle + half }, 0, limits);
}

/** Moves by a share of the span, within `limits`. */
export function shift(span: Span, share: number, limits: Span): Span {
  const length = span.to - span.from;
  if (length >= limits.to - limits.from) return limits;
  const from = Math.min(Math.max(span.from + length * share, limits.from), limits.to - length);
  return { from, to: from + length };
}

const STEPS = [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 364 * DAY];

export interface Tick {
  time: number;
  text: string;
  isDay: boolean;
}

/** Round instants, at most one every `room` pixels. */
export function ticks(span: Span, width: number, room = 84): Tick[] {
  const most = Math.max(1, Math.floor(width / room));
  const step = STEPS.find((candidate) => (span.to - span.from) / candidate <= most) ?? (span.to - span.from) / most;
  const result: Tick[] = [];
  for (let time = Math.ceil(span.from / step) * step; time <= span.to && result.length <= most + 1; time += step) {
    const isDay = time % DAY === 0;
    result.push({ time, isDay, text: isDay ? day(time) : clock(time) });
  }
  return result;
}
