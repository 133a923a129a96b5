import { describe, expect, it } from "vitest";
import { fields, rawText } from "./fields.ts";

describe("fields", () => {
  it("names every value by its path, the raw record apart", () => {
    const rows = fields({ time: 0, actor: { user: { name: "<b>" } }, to: ["a", "b"], links: [{ url: "u" }], raw_data: "x", none: null });
    expect(rows).toEqual([
      { path: "time", value: "1970-01-01 00:00:00.000 UTC" },
      { path: "actor.user.name", value: "<b>" },
      { path: "to", value: "a, b" },
      { path: "links[0].url", value: "u" },
      { path: "none", value: "null" },
    ]);
  });
  it("says what happened before what every event of its class says", () => {
    const event = { activity_id: 1, class_uid: 4009, direction: "Unknown", email: { from: "a" }, metadata: { uid: "u" }, severity_id: 1, status: "Failure", time: 0 };
    expect(fields(event).map(({ path }) => path)).toEqual(["time", "email.from", "status", "activity_id", "class_uid", "direction", "metadata.uid", "severity_id"]);
  });
  it("stays small whatever comes", () => {
    let deep: Record<string, unknown> = {};
    for (let depth = 0; depth < 1000; depth += 1) deep = { a: deep };
    expect(fields(deep)).toHaveLength(1);
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, index]));
    expect(fields(wide)).toHaveLength(501);
  });
  it("indents JSON and leaves mail alone", () => {
    expect(rawText('{"a":1}')).toBe('{\n  "a": 1\n}');
    expect(rawText("Subject: {x}\r\n")).toBe("Subject: {x}\r\n");
    expect(rawText("{broken")).toBe("{broken");
  });
});
