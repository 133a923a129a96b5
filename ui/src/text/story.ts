// A narrative as paragraphs and dated steps.
import type { Weft } from "../api/types.ts";
import { pick } from "./language.ts";
import { clock, day, iso } from "./time.ts";

export interface Step {
  /** `2026-09-14 08:02 UTC`; empty for what is no step of its own. */
  when: string;
  text: string;
  /** The events it rests on. */
  uids: string[];
}

export interface Story {
  /** What stands before the first date. */
  lead: string[];
  steps: Step[];
}

const DATE = /(?<=^|[.。\n]\s*)(?=\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? UTC: )/g;

/** The narrative by its clauses; of an older or foreign producer's by its text. */
export function story(narrative: Weft["narrative"], indicators: Weft["indicators"]): Story {
  const clauses = narrative.clauses ?? [];
  if (clauses.length === 0) return storyOfText(pick(narrative.en, narrative.ja));
  const events = new Map(indicators.map(({ uid, event_uids }) => [uid, event_uids]));
  const first = clauses.findIndex(({ time }) => time != null);
  const lead = clauses.slice(0, first < 0 ? clauses.length : first).map(({ text }) => pick(text.en, text.ja));
  const steps = clauses.slice(lead.length).map((clause) => ({
    when: clause.time == null ? "" : `${iso(clause.time).slice(0, 16).replace("T", " ")} UTC`,
    text: pick(clause.text.en, clause.text.ja),
    uids: [...new Set([...clause.indicator_uids.flatMap((uid) => events.get(uid) ?? []), ...clause.event_uids])],
  }));
  return { lead, steps };
}

export function storyOfText(text: string): Story {
  const lead: string[] = [];
  const steps: Step[] = [];
  for (const piece of text.split(DATE)) {
    const dated = /^(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? UTC): ([^]*)$/.exec(piece);
    const paragraphs = (dated?.[2] ?? piece).split(/\n+/).map((part) => part.trim()).filter(Boolean);
    if (dated) {
      steps.push({ when: dated[1] ?? "", text: paragraphs.shift() ?? "", uids: [] });
      // A paragraph after a dated step is a step of its own, so that nothing is lost or moved.
      for (const rest of paragraphs) steps.push({ when: "", text: rest, uids: [] });
    } else lead.push(...paragraphs);
  }
  return { lead, steps };
}

/** `2026-09-14 08:02 UTC` -> `14 Sep 08:02`: the year stands in the head of the page. */
export function shortDate(when: string): string {
  const ms = Date.parse(when.replace(" UTC", "Z").replace(" ", "T"));
  return Number.isNaN(ms) ? when : `${day(ms)} ${clock(ms)}`;
}
