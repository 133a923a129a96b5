// Opens the evidence drawer on the events behind something.
import type { Evidence } from "../evidence/EvidenceDrawer.tsx";
import { plural } from "../text/names.ts";

export function EvidenceButton({ uids, about, onEvidence }: { uids: string[]; about: string; onEvidence: (evidence: Evidence) => void }) {
  if (uids.length === 0) return <span className="faint">no event</span>;
  return (
    <button type="button" className="quiet evidence-button" aria-label={`Show ${plural(uids.length, "event")}: ${about}`} onClick={() => onEvidence({ uids, about })}>
      {plural(uids.length, "event")}
    </button>
  );
}
