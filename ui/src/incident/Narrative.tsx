// The story: what it comes to, then its dated steps; long ones fold.
import { useState } from "react";
import type { Weft } from "../api/types.ts";
import { fitting } from "../text/fit.ts";
import { shortDate, story } from "../text/story.ts";

/** What leaves the lanes above the fold at 1280 x 900: lines of both, letters of a line of each. */
const LINES = 16;
const LEAD_LETTERS = 84;
const STEP_LETTERS = 84;

export function Narrative({ narrative }: { narrative: Weft["narrative"] }) {
  const [open, setOpen] = useState(false);
  const text = narrative.en || narrative.ja;
  const { lead, steps } = story(text);
  const leadLines = lead.reduce((sum, part) => sum + Math.ceil(part.length / LEAD_LETTERS), 0);
  const told = steps.map((step) => step.text);
  const long = leadLines > LINES || fitting(told, STEP_LETTERS, LINES - leadLines) < steps.length;
  // The button takes a line, too.
  const shownLead = leadLines > LINES && !open ? [`${lead.join(" ").slice(0, LEAD_LETTERS * (LINES - 1)).trimEnd()} …`] : lead;
  const shownSteps = !long || open ? steps : leadLines > LINES ? [] : steps.slice(0, fitting(told, STEP_LETTERS, LINES - 1 - leadLines));
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
