// Where everything of the lanes stands for a given width and span: values in, positions out.
import type { Weft } from "../api/types.ts";
import { type Namer, timelineGroups } from "../text/alike.ts";
import { cut, DOMAINS, type DomainName } from "../text/names.ts";
import { type Cluster, cluster, type Point } from "./cluster.ts";
import { type Placed, placeLabels } from "./place_labels.ts";
import { position, type Span } from "./scale.ts";

/** Letters of the longest label. */
const LONGEST_LABEL = 96;
/** Points closer than this become one. */
const ROOM = 20;
/** Links drawn at most, the strongest: more would be a cloud. All are in the table below. */
const MOST_LINKS = 60;

export interface Mark extends Cluster {
  key: string;
  domain: DomainName;
  y: number;
  radius: number;
  label: (Placed & { y: number }) | null;
}

export interface Curve {
  key: string;
  path: string;
  width: number;
  /** Timeline indexes of its ends. */
  ends: [number, number];
}

export interface Layout {
  height: number;
  gutter: number;
  lanes: { domain: DomainName; top: number; height: number; base: number; count: number }[];
  /** By x, then lane. */
  marks: Mark[];
  curves: Curve[];
}

export function layout(weft: Weft, names: Namer, span: Span, width: number, measure: (text: string) => number): Layout {
  const wide = width >= 640;
  const gutter = wide ? 104 : 0;
  const rows = wide ? 3 : 2;
  const nameRoom = wide ? 0 : 18;
  const laneHeight = nameRoom + rows * 17 + 30;
  const plot = Math.max(1, width - gutter);
  const x = (time: number) => gutter + position(time, span, plot);
  const evidence = new Map(weft.indicators.map((indicator) => [indicator.uid, indicator.evidence_bits]));

  const marks: Mark[] = [];
  const lanes = DOMAINS.map((domain, lane) => {
    const top = lane * laneHeight;
    const base = top + laneHeight - 18;
    const points: Point[] = weft.timeline
      .map((entry, index) => ({ index, time: entry.time, weight: evidence.get(entry.indicator_uid ?? "") ?? 0, domain: entry.domain }))
      .filter((point) => point.domain === domain && point.time >= span.from && point.time <= span.to)
      .sort((a, b) => a.time - b.time || a.index - b.index);
    const groups = cluster(points, x, ROOM);
    const labels = placeLabels(
      groups.map((group) => ({ x: group.x - gutter, text: labelOf(weft, names, group), weight: heaviestOf(group) })),
      rows,
      plot - 6,
      measure,
      LONGEST_LABEL,
    );
    groups.forEach((group, index) => {
      const placed = labels[index];
      marks.push({
        ...group,
        key: `${domain}-${group.points[0]?.index ?? 0}`,
        domain,
        y: base,
        radius: group.points.length > 1 ? 9 : 4.5 + Math.min(3.5, Math.max(0, heaviestOf(group)) / 3),
        label: placed ? { ...placed, left: placed.left + gutter, y: top + nameRoom + 15 + placed.row * 17 } : null,
      });
    });
    return { domain, top, height: laneHeight, base, count: points.length };
  });
  marks.sort((a, b) => a.x - b.x || a.y - b.y);
  return { height: laneHeight * DOMAINS.length + 24, gutter, lanes, marks, curves: curves(weft, marks) };
}

const heaviestOf = (group: Cluster): number => group.points.reduce((most, { weight }) => Math.max(most, weight), 0);

/** The heaviest of the stories that a point holds, and how many entries more. */
function labelOf(weft: Weft, names: Namer, { points }: Cluster): string {
  const weights = new Map(points.map(({ index, weight }) => [index, weight]));
  const stories = timelineGroups(weft, names, points.map(({ index }) => index)).map(({ members, text }) => ({
    text,
    count: members.length,
    weight: members.reduce((most, index) => Math.max(most, weights.get(index) ?? 0), 0),
  }));
  const [first] = stories;
  if (!first) return "";
  const told = stories.reduce((most, one) => (one.weight > most.weight ? one : most), first);
  const rest = points.length - told.count;
  return rest > 0 ? `${cut(told.text, LONGEST_LABEL - 10)} +${rest} more` : told.text;
}

function curves(weft: Weft, marks: Mark[]): Curve[] {
  const at = new Map<string, { mark: Mark; index: number }>();
  for (const mark of marks) {
    for (const { index } of mark.points) {
      const uid = weft.timeline[index]?.indicator_uid;
      if (uid && !at.has(uid)) at.set(uid, { mark, index });
    }
  }
  const strongest = [...weft.links].sort((a, b) => b.bits - a.bits).slice(0, MOST_LINKS);
  return strongest.flatMap((link, number) => {
    const from = at.get(link.from);
    const to = at.get(link.to);
    if (!from || !to || from.mark === to.mark) return [];
    const [a, b] = [from.mark, to.mark];
    const middle = (a.y + b.y) / 2;
    const path =
      a.y === b.y
        ? `M${a.x} ${a.y}Q${(a.x + b.x) / 2} ${a.y + 22} ${b.x} ${b.y}`
        : `M${a.x} ${a.y}C${a.x} ${middle} ${b.x} ${middle} ${b.x} ${b.y}`;
    return [{ key: String(number), path, width: 1 + Math.min(2, Math.max(0, link.bits) / 6), ends: [from.index, to.index] as [number, number] }];
  });
}
