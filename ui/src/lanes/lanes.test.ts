import { describe, expect, it } from "vitest";
import { burst, cluster } from "./cluster.ts";
import { placeLabels } from "./place_labels.ts";
import { position, shift, spanOf, ticks, zoom } from "./scale.ts";

const point = (index: number, time: number) => ({ index, time, weight: 1 });

describe("scale", () => {
  it("keeps every point inside, also a single one", () => {
    for (const times of [[5], [0, 100_000_000], [7, 7, 7]]) {
      const span = spanOf(times);
      for (const time of times) expect(position(time, span, 100)).toBeGreaterThan(0);
      for (const time of times) expect(position(time, span, 100)).toBeLessThan(100);
    }
    expect(spanOf([]).to).toBeGreaterThan(0);
  });
  it("moves and zooms within the incident", () => {
    const whole = { from: 0, to: 10_000_000 };
    const near = zoom(whole, 0.5, whole);
    expect(near).toEqual({ from: 2_500_000, to: 7_500_000 });
    expect(shift(near, 5, whole)).toEqual({ from: 5_000_000, to: 10_000_000 });
    expect(zoom(near, 100, whole)).toEqual(whole);
  });
  it("has few, round ticks", () => {
    const day = 86_400_000;
    const marks = ticks({ from: 0.4 * day, to: 3.4 * day }, 400);
    expect(marks.map((tick) => tick.text)).toEqual(["2 Jan", "3 Jan", "4 Jan"]);
  });
});

describe("cluster", () => {
  it("joins what would overlap and nothing else", () => {
    const groups = cluster([point(0, 0), point(1, 5), point(2, 50)], (time) => time, 10);
    expect(groups.map((group) => group.points.map(({ index }) => index))).toEqual([[0, 1], [2]]);
    expect(groups[0]?.x).toBe(2.5);
  });
  it("leaves no two groups closer than asked", () => {
    const points = Array.from({ length: 60 }, (_, index) => point(index, (index * index) / 3));
    const middles = cluster(points, (time) => time, 20).map(({ x }) => x);
    middles.slice(1).forEach((at, index) => expect(at - (middles[index] ?? 0)).toBeGreaterThan(20));
  });
  it("finds the burst", () => {
    const times = [0, 100, 900, 901, 902, 903, 904];
    expect(burst(times, { from: 0, to: 1000 })).toEqual({ from: 900, to: 904 });
    expect(burst([0, 250, 500, 750, 1000], { from: 0, to: 1000 })).toBeNull();
  });
});

describe("labels", () => {
  it("never overlap", () => {
    const wanted = Array.from({ length: 40 }, (_, index) => ({ x: (index * 37) % 600, text: `label number ${index} of many`, weight: index }));
    const placed = placeLabels(wanted, 3, 600, (text) => text.length * 6, 40);
    const shown = placed.flatMap((label) => (label ? [label] : []));
    expect(shown.length).toBeGreaterThan(3);
    for (const a of shown) {
      expect(a.left).toBeGreaterThanOrEqual(0);
      expect(a.left + a.text.length * 6).toBeLessThanOrEqual(600);
      for (const b of shown) {
        if (a === b || a.row !== b.row) continue;
        expect(a.left + a.text.length * 6 <= b.left || b.left + b.text.length * 6 <= a.left).toBe(true);
      }
    }
  });
});
