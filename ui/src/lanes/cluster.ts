// Points that would cover each other become one, and the densest time of an incident is found.
import type { Span } from "./scale.ts";

export interface Point {
  /** Index in the timeline. */
  index: number;
  time: number;
  weight: number;
}

export interface Cluster {
  points: Point[];
  x: number;
}

/** Groups points (in time order) of one lane until the middles of all groups are more than `room` pixels apart. */
export function cluster(points: Point[], x: (time: number) => number, room: number): Cluster[] {
  const groups: { points: Point[]; first: number; last: number }[] = [];
  const middle = (group: { first: number; last: number }) => (group.first + group.last) / 2;
  for (const point of points) {
    const at = x(point.time);
    let group = { points: [point], first: at, last: at };
    for (let before = groups.at(-1); before && middle(group) - middle(before) <= room; before = groups.at(-1)) {
      groups.pop();
      // The earlier group is the longer one: growing it keeps thousands of points cheap.
      for (const later of group.points) before.points.push(later);
      group = { points: before.points, first: before.first, last: group.last };
    }
    groups.push(group);
  }
  return groups.map((group) => ({ points: group.points, x: middle(group) }));
}

/** The shortest stretch that holds the most points: null when they are spread evenly or too few. */
export function burst(times: number[], whole: Span): Span | null {
  const sorted = [...times].sort((a, b) => a - b);
  const window = (whole.to - whole.from) / 12;
  let best = { count: 0, first: 0, last: 0 };
  let first = 0;
  sorted.forEach((time, last) => {
    while (time - (sorted[first] ?? time) > window) first += 1;
    if (last - first + 1 > best.count) best = { count: last - first + 1, first, last };
  });
  const from = sorted[best.first];
  const to = sorted[best.last];
  // Even spread would put a twelfth of all points here; a burst has at least thrice that and four points.
  if (from === undefined || to === undefined || best.count < Math.max(4, sorted.length / 4)) return null;
  return { from, to };
}
