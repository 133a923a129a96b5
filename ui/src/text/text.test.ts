import { describe, expect, it } from "vitest";
import { parseRoute } from "../route.ts";
import { addsUp, oneIn, sumBits } from "./bits.ts";
import { csv, csvCell } from "./csv.ts";
import { defang } from "./defang.ts";
import { dayNumber, duration, instant, relativeDay } from "./time.ts";

describe("defang", () => {
  it.each([
    ["https://a.b.example/x.html?q=1.2", "hxxps://a[.]b[.]example/x.html?q=1.2"],
    ["HTTP://1.2.3.4:80", "hxxp://1[.]2[.]3[.]4:80"],
    ["a.example", "a[.]example"],
    ["a.example/x.y", "a[.]example/x.y"],
    ["who@mail.example", "who@mail[.]example"],
    ["203.0.113.9", "203[.]0[.]113[.]9"],
    ["2001:db8::1", "2001[:]db8[:][:]1"],
    ["javascript:alert(1)", "javascript[:]alert(1)"],
    ["", ""],
  ])("%s", (value, shown) => expect(defang(value)).toBe(shown));
});

describe("csv", () => {
  it("runs no formula and keeps its columns", () => {
    expect(csvCell('=HYPERLINK("x")')).toBe('"\'=HYPERLINK(""x"")"');
    expect(csvCell("-1+1")).toBe("'-1+1");
    expect(csv([["a,b", "c"], ["d\ne", ""]])).toBe('"a,b",c\r\n"d\ne",\r\n');
  });
});

describe("bits", () => {
  it("adds in whole thousandths", () => {
    expect(0.1 + 0.2).not.toBe(0.3);
    expect(sumBits([0.1, 0.2])).toBe(0.3);
    expect(addsUp([4.1, 3.312, 2], 9.412)).toBe(true);
    expect(addsUp([4.1, 3.312, 2], 9.413)).toBe(false);
  });
  it("reads a p-value aloud", () => {
    expect([oneIn(0.001), oneIn(0.9), oneIn(0)]).toEqual(["1 in 1,000", "common", "never seen"]);
  });
});

describe("time", () => {
  const at = (text: string) => Date.parse(text);
  it("is UTC and survives nonsense", () => {
    expect(instant(at("2026-09-14T08:02:10Z"))).toBe("14 Sep 2026 08:02 UTC");
    expect(instant(Number.NaN)).toBe("unknown time");
    expect(instant(1e300)).toBe("unknown time");
  });
  it("counts days by date", () => {
    expect(dayNumber(at("2026-09-15T00:00:00Z"), at("2026-09-14T23:59:00Z"))).toBe(2);
    expect(relativeDay(at("2026-09-14T23:59:00Z"), at("2026-09-15T00:01:00Z"))).toBe("yesterday");
    expect(duration(54 * 3_600_000)).toBe("2 days 6 h");
  });
});

describe("route", () => {
  it.each([
    ["/", { page: "list" }],
    ["/incidents/ab%2Fc", { page: "incident", uid: "ab/c" }],
    ["/incidents/%zz", { page: "list" }],
  ])("%s", (path, route) => expect(parseRoute(path)).toEqual(route));
});
