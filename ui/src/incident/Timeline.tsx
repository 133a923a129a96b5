// The story line by line, in order.
import type { Weft } from "../api/types.ts";
import type { Evidence } from "../evidence/EvidenceDrawer.tsx";
import { useCapped } from "../parts/Capped.tsx";
import { Domain } from "../parts/Domains.tsx";
import { Moment } from "../parts/Time.tsx";
import { EvidenceButton } from "./EvidenceButton.tsx";

export function Timeline(props: {
  weft: Weft;
  start: number;
  selected: number | null;
  onSelect: (index: number) => void;
  onEvidence: (evidence: Evidence) => void;
}) {
  const { shown, more } = useCapped(props.weft.timeline);
  return (
    <section className="card" aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      {shown.length === 0 && <p className="faint">Nothing is on it.</p>}
      <ol className="timeline">
        {shown.map((entry, index) => (
          <li key={index} id={`entry-${index}`} className={index === props.selected ? "selected" : ""} onClick={() => props.onSelect(index)}>
            <Moment ms={entry.time} start={props.start} />
            <Domain domain={entry.domain} />
            <span className="entry-text">{entry.text}</span>
            <EvidenceButton uids={entry.event_uids} about={entry.text} onEvidence={props.onEvidence} />
          </li>
        ))}
      </ol>
      {more}
    </section>
  );
}
