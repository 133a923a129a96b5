// The story in a paragraph; long ones fold.
import { useState } from "react";
import type { Weft } from "../api/types.ts";

/** Letters that leave the lanes above the fold at 1280 x 900. */
const LONG = 1000;

export function Narrative({ narrative }: { narrative: Weft["narrative"] }) {
  const [open, setOpen] = useState(false);
  const text = narrative.en || narrative.ja;
  const folds = text.length > LONG;
  const paragraphs = (folds && !open ? `${text.slice(0, LONG).trimEnd()} …` : text).split(/\n+/).filter((part) => part.trim());
  return (
    <section className="card narrative" aria-labelledby="narrative">
      <h2 id="narrative">What happened</h2>
      {paragraphs.length === 0 && <p className="faint">No narrative was written; the timeline below tells the story.</p>}
      {paragraphs.map((paragraph, index) => (
        <p key={index}>{paragraph}</p>
      ))}
      {folds && (
        <button type="button" className="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Less" : "All of it"}
        </button>
      )}
    </section>
  );
}
