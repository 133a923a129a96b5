// Entries that say the same of different people or devices are told once: "11 devices contacted x" instead of eleven lines.
import type { Entity, Weft } from "../api/types.ts";
import { DAY } from "./time.ts";
import { type Key, t } from "./language.ts";

/** Kinds whose names may differ within a group, and their word for many. */
const MANY: Record<string, Key> = { person: "{n} people", device: "{n} devices" };
/** Fewer than this stay apart, unless they say exactly the same. */
const LEAST = 3;
/** A longer pause begins a new group. */
const LONGEST_PAUSE = DAY;
const MOST_NAMES = 5000;

export interface Group<T> {
  members: T[];
  /** The text of all: of a single member its own. */
  text: string;
}

export type Namer = (text: string) => { key: string; parts: { kind: string; name: string }[] };

/** Finds the names of people and devices in a text; `key` is the text without them. */
export function namer(entities: Entity[]): Namer {
  const kinds = new Map<string, string>();
  for (const { kind, name, aliases } of entities) {
    if (!MANY[kind]) continue;
    // A person's aliases hold the device names of that person, which are devices' own names first.
    for (const one of [name, ...aliases]) if (one.length >= 3 && kinds.size < MOST_NAMES && (one === name || !kinds.has(one))) kinds.set(one, kind);
  }
  if (kinds.size === 0) return (text) => ({ key: text, parts: [] });
  const names = [...kinds.keys()].sort((a, b) => b.length - a.length).map((name) => name.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}@._-])(?:${names.join("|")})(?![\\p{L}\\p{N}@_/-]|\\.[\\p{L}\\p{N}])`, "gu");
  return (text) => {
    const parts: { kind: string; name: string }[] = [];
    const key = text.replaceAll(pattern, (name) => {
      const kind = kinds.get(name) ?? "";
      parts.push({ kind, name });
      return `\u0000${kind}\u0000`;
    });
    return { key, parts };
  };
}

/** Groups in the order of their first members; `family` holds apart what must not be joined whatever it says. */
export function groupAlike<T>(items: T[], of: (item: T) => { text: string; family: string; time: number }, names: Namer): Group<T>[] {
  const groups: { members: T[]; texts: string[]; parts: ReturnType<Namer>["parts"][]; last: number }[] = [];
  const open = new Map<string, (typeof groups)[number]>();
  for (const item of items) {
    const { text, family, time } = of(item);
    const { key, parts } = names(text);
    const id = `${family}\u0001${key}`;
    const group = open.get(id);
    if (group && time - group.last <= LONGEST_PAUSE) {
      group.members.push(item);
      group.texts.push(text);
      group.parts.push(parts);
      group.last = time;
    } else {
      const fresh = { members: [item], texts: [text], parts: [parts], last: time };
      groups.push(fresh);
      open.set(id, fresh);
    }
  }
  const order = new Map(items.map((item, index) => [item, index]));
  return groups
    .flatMap(({ members, texts, parts }) => {
      const same = texts.every((text) => text === texts[0]);
      if (members.length >= (same ? 2 : LEAST)) return [{ members, text: told(texts, parts, names) }];
      return members.map((member, index) => ({ members: [member], text: texts[index] ?? "" }));
    })
    .sort((a, b) => (order.get(a.members[0] as T) ?? 0) - (order.get(b.members[0] as T) ?? 0));
}

/** The common text, with how many people or devices where the names differ. */
function told(texts: string[], parts: ReturnType<Namer>["parts"][], names: Namer): string {
  let place = 0;
  let differs = false;
  const text = names(texts[0] ?? "").key.replaceAll(/\u0000(\w*)\u0000/g, (_, kind: string) => {
    const here = new Set(parts.map((one) => one[place]?.name ?? ""));
    place += 1;
    if (here.size === 1) return [...here][0] ?? "";
    differs = true;
    return t(MANY[kind] ?? "{n} others", { n: here.size });
  });
  return differs ? text : t("{text} ({n} times)", { text, n: texts.length });
}

export type TimelineGroup = Group<number>;

/** A timeline's indexes in groups; entries of different models or domains stay apart. */
export function timelineGroups(weft: Weft, names: Namer, indexes: number[] = weft.timeline.map((_, index) => index)): TimelineGroup[] {
  const models = new Map(weft.indicators.map(({ uid, model }) => [uid, model]));
  return groupAlike(
    indexes,
    (index) => {
      const entry = weft.timeline[index];
      return { text: entry?.text ?? "", family: `${entry?.domain} ${models.get(entry?.indicator_uid ?? "") ?? ""}`, time: entry?.time ?? 0 };
    },
    names,
  );
}
