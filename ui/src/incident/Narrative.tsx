// The story: what it comes to, its dated steps with their evidence, what else is known; long ones fold.
import { useState } from "react";
import type { Weft } from "../api/types.ts";
import type { Evidence } from "../evidence/EvidenceDrawer.tsx";
import { fitting } from "../text/fit.ts";
import { language, pick, t } from "../text/language.ts";
import { shortDate, story, type Step } from "../text/story.ts";
import { EvidenceButton } from "./EvidenceButton.tsx";

/** What leaves the lanes above the fold at 1280 x 900: lines of both, letters of a line of each; a Japanese letter is twice as wide. */
const LINES = 12;
const LETTERS = { en: 84, ja: 48 };
/** Taken from a step's letters by its date and button. */
const BESIDE = 24;

export function Narrative({ weft, onEvidence }: { weft: Weft; onEvidence: (evidence: Evidence) => void }) {
  const [open, setOpen] = useState(false);
  const { narrative } = weft;
  const { lead, steps } = story(narrative, weft.indicators);
  const letters = LETTERS[language()];
  const leadLines = lead.reduce((sum, part) => sum + Math.ceil(part.length / letters), 0);
  const told = steps.map((step) => step.text);
  const long = leadLines > LINES || fitting(told, letters - BESIDE, LINES - leadLines) < steps.length;
  // The button takes a line, too.
  const shownLead = leadLines > LINES && !open ? [`${lead.join(" ").slice(0, letters * (LINES - 1)).trimEnd()} …`] : lead;
  const shownSteps = !long || open ? steps : leadLines > LINES ? [] : steps.slice(0, fitting(told, letters - BESIDE, LINES - 1 - leadLines));
  const recipient = pick(narrative.recipient?.en, narrative.recipient?.ja);
  return (
    <section className="card narrative" aria-labelledby="narrative">
      <h2 id="narrative">{t("What happened")}</h2>
      {lead.length + steps.length === 0 && <p className="faint">{t("No narrative was written; the timeline below tells the story.")}</p>}
      {shownLead.map((paragraph, index) => (
        <p key={index}>{paragraph}</p>
      ))}
      {shownSteps.length > 0 && (
        <ol className="steps-told">
          {shownSteps.map((step, index) => (
            <Told key={index} step={step} onEvidence={onEvidence} />
          ))}
        </ol>
      )}
      {long && (
        <button type="button" className="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t("Less") : t("All of it")}
        </button>
      )}
      {recipient && (
        <details className="recipient">
          <summary>{t("For who got the mail")}</summary>
          <p>{recipient}</p>
        </details>
      )}
    </section>
  );
}

function Told({ step, onEvidence }: { step: Step; onEvidence: (evidence: Evidence) => void }) {
  return (
    <li>
      <span className="when" title={step.when}>
        {shortDate(step.when)}
      </span>
      <span>
        {step.text} {step.uids.length > 0 && <EvidenceButton uids={step.uids} about={step.text} onEvidence={onEvidence} />}
      </span>
    </li>
  );
}
