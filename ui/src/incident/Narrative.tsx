// The story: what it comes to, then its dated steps; long ones fold.
import { useState } from "react";
import type { Weft } from "../api/types.ts";
import { shortDate, story } from "../text/story.ts";

/** Letters and steps that leave the lanes above the fold at 1280 x 900. */
const LONG = 1200;
const MOST_STEPS = 7;

export function Narrative({ narrative }: { narrative: Weft["narrative"] }) {
  const [open, setOpen] = useState(false);
  const text = narrative.en || narrative.ja;
  const { lead, steps } = story(text);
  const long = lead.join("\n").length > LONG || steps.length > MOST_STEPS;
  const shownLead = long && !open ? story(text.slice(0, LONG)).lead : lead;
  const shownSteps = long && !open ? steps.slice(0, MOST_STEPS) : steps;
  return (
    <section className="card narrative" aria-labelledby="narrative">
      <h2 id="narrative">What happened</h2>
      {text.trim() === "" && <p className="faint">No narrative was written; the timeline below tells the story.</p>}
      {shownLead.map((paragraph, index) => (
        <p key={index}>{paragraph}</p>
      ))}
      {shownSteps.length > 0 && (
        <ol className="steps-told">
          {shownSteps.map((step, index) => (
            <li key={index}>
              <span className="when" title={step.when}>{shortDate(step.when)}</span>
              <span>{step.text}</span>
            </li>
          ))}
        </ol>
      )}
      {long && (
        <button type="button" className="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Less" : "All of it"}
        </button>
      )}
    </section>
  );
}
