import { describe, expect, it } from "vitest";
import type { Entity, Recommended } from "../api/types.ts";
import { actionGroups } from "./actions.ts";
import { groupAlike, namer } from "./alike.ts";
import { fitting } from "./fit.ts";
import { roleGroups } from "./roles.ts";
import { sourceLines } from "./sources.ts";
import { shortDate, storyOfText } from "./story.ts";
import { DAY, HOUR } from "./time.ts";

const entity = (kind: string, name: string, aliases: string[] = [], role = "exposed"): Entity => ({ uid: `${kind}:${name}`, kind, name, role, aliases });
const names = namer([entity("person", "Ann Day", ["ann.day@a.example", "lt-1"]), entity("person", "Bo (x) Ek"), entity("person", "Cy"), entity("device", "lt-1"), entity("device", "lt-2"), entity("device", "lt-22"), entity("domain", "x.example")]);
const group = (lines: [text: string, time?: number, family?: string][]) =>
  groupAlike(
    lines.map(([text, time = 0, family = ""]) => ({ text, time, family })),
    (line) => line,
    names,
  ).map(({ text, members }) => `${members.length}: ${text}`);

describe("alike", () => {
  it("tells once what is said of many devices or people", () => {
    expect(group([["lt-1 reached x.example"], ["lt-2 reached x.example"], ["Ann Day left"], ["lt-22 reached x.example"]])).toEqual(["3: 3 devices reached x.example", "1: Ann Day left"]);
    expect(group([["m@x.example wrote to Ann Day"], ["m@x.example wrote to Bo (x) Ek"], ["m@x.example wrote to ann.day@a.example"]])).toEqual(["3: m@x.example wrote to 3 people"]);
  });
  it("leaves two apart, and what differs in anything else", () => {
    expect(group([["lt-1 reached x.example"], ["lt-2 reached x.example"], ["lt-22 reached y.example"]])).toHaveLength(3);
    expect(group([["lt-1 a", 0, "p"], ["lt-2 a", 0, "q"], ["lt-22 a", 0, "p"]])).toHaveLength(3);
  });
  it("counts repetitions of the same line until it pauses", () => {
    expect(group([["Ann Day slept"], ["Ann Day slept", HOUR], ["Ann Day slept", 2 * DAY]])).toEqual(["2: Ann Day slept (2 times)", "1: Ann Day slept"]);
    expect(group([["lt-1 met Ann Day"], ["lt-2 met Ann Day"], ["lt-2 met Ann Day"]])).toEqual(["3: 2 devices met Ann Day"]);
  });
  it("keeps a name within a longer word, and every item", () => {
    expect(names("lt-1x xlt-1 lt-1.example lt-1.").parts.map(({ name }) => name)).toEqual(["lt-1"]);
    expect(group([])).toEqual([]);
    expect(groupAlike(["a", "a"], (text) => ({ text, family: "", time: 0 }), namer([])).map(({ members }) => members)).toEqual([["a", "a"]]);
  });
});

describe("sources", () => {
  const source = (name: string, events: number, dead_letter = 0, by_reason = {}) => ({ name, read: events + dead_letter, events, dead_letter, by_reason });
  it("has one line a folder, without the path they share", () => {
    const lines = sourceLines([source("/a/raw/audit/1.jsonl", 5, 1, { "not json": 1 }), source("/a/raw/audit/2.jsonl", 6, 2, { "not json": 2 }), source("/a/raw/mail/x.eml", 1)]);
    expect(lines.map(({ name, files, read, events, refused }) => [name, files, read, events, refused])).toEqual([
      ["audit", 2, 14, 11, 3],
      ["mail", 1, 1, 1, 0],
    ]);
    expect(lines[0]?.reasons).toEqual([["not json", 3]]);
  });
  it("stays short whatever comes, and counts all", () => {
    const many = Array.from({ length: 3000 }, (_, index) => source(`/a/mail/box${index % 300}/${index}`, 1));
    const lines = sourceLines([...many, source("/a/audit/1", 1)]);
    expect(lines.map(({ name, events }) => [name, events])).toEqual([
      ["mail", 3000],
      ["audit", 1],
    ]);
    expect(sourceLines([source("email", 2), source("saas", 1)]).map(({ name }) => name)).toEqual(["email", "saas"]);
    expect(sourceLines([source("/x/one.pcap", 2)]).map(({ name }) => name)).toEqual(["one.pcap"]);
    expect(sourceLines([])).toEqual([]);
  });
});

describe("story", () => {
  it("parts the dated steps and loses nothing", () => {
    const text = "Ann is hijacked. 2026-03-18 15:27 UTC: x wrote. To y. 2026-03-19 01:00 UTC: rule made.\nAll of it is likely.";
    expect(storyOfText(text)).toEqual({
      lead: ["Ann is hijacked."],
      steps: [
        { when: "2026-03-18 15:27 UTC", text: "x wrote. To y.", uids: [] },
        { when: "2026-03-19 01:00 UTC", text: "rule made.", uids: [] },
        { when: "", text: "All of it is likely.", uids: [] },
      ],
    });
    expect(storyOfText("One.\n\nTwo, at 2026-03-18 15:27 UTC: inside.")).toEqual({ lead: ["One.", "Two, at 2026-03-18 15:27 UTC: inside."], steps: [] });
    expect(shortDate("2026-03-18 15:27 UTC")).toBe("18 Mar 15:27");
    expect(shortDate("then")).toBe("then");
  });
});

describe("fitting", () => {
  it("fills the lines and never shows nothing", () => {
    const ten = "x".repeat(10);
    expect(fitting([ten, ten, ten], 10, 3)).toBe(3);
    expect(fitting([ten, `${ten}x`, ten], 10, 3)).toBe(2);
    expect(fitting([ten.repeat(9)], 10, 3)).toBe(1);
    expect(fitting([], 10, 3)).toBe(0);
  });
});

describe("actions and roles", () => {
  const action = (action: string, target: string): Recommended => ({ action, target, mode: "would_have", text: `${action} ${target}` });
  it("stops the harm first and keeps every target", () => {
    const groups = actionGroups([action("lock_links", "u"), action("odd", "o"), action("disable_account", "p"), action("lock_links", "v")]);
    expect(groups.map(({ action, members }) => [action, members.map(({ target }) => target)])).toEqual([
      ["disable_account", ["p"]],
      ["lock_links", ["u", "v"]],
      ["odd", ["o"]],
    ]);
  });
  it("names the compromised first and keeps every entity", () => {
    const groups = roleGroups([entity("person", "a", [], "exposed person"), entity("session", "s", [], "session"), entity("person", "b", [], "compromised account"), entity("person", "c", [], "exposed person")]);
    expect(groups.map(({ role, members }) => [role, members.length])).toEqual([
      ["compromised account", 1],
      ["exposed person", 2],
      ["session", 1],
    ]);
  });
});
