// A narrative as paragraphs and dated steps.
import { clock, day } from "./time.ts";

export interface Story {
  /** What stands before the first date. */
  lead: string[];
  steps: { when: string; text: string }[];
}

const DATE = /(?<=^|[.\n]\s*)(?=\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? UTC: )/g;

export function story(text: string): Story {
  const lead: string[] = [];
  const steps: Story["steps"] = [];
  for (const piece of text.split(DATE)) {
    const dated = /^(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? UTC): ([^]*)$/.exec(piece);
    const paragraphs = (dated?.[2] ?? piece).split(/\n+/).map((part) => part.trim()).filter(Boolean);
    if (dated) {
      steps.push({ when: dated[1] ?? "", text: paragraphs.shift() ?? "" });
      // A paragraph after a dated step is a step of its own, so that nothing is lost or moved.
      for (const rest of paragraphs) steps.push({ when: "", text: rest });
    } else lead.push(...paragraphs);
  }
  return { lead, steps };
}

/** `2026-09-14 08:02 UTC` -> `14 Sep 08:02`: the year stands in the head of the page. */
export function shortDate(when: string): string {
  const ms = Date.parse(when.replace(" UTC", "Z").replace(" ", "T"));
  return Number.isNaN(ms) ? when : `${day(ms)} ${clock(ms)}`;
}
