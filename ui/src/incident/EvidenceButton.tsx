// Opens the evidence drawer on the events behind something.
import type { Evidence } from "../evidence/EvidenceDrawer.tsx";
import { plural } from "../text/names.ts";
import { t } from "../text/language.ts";

export function EvidenceButton({ uids, about, onEvidence }: { uids: string[]; about: string; onEvidence: (evidence: Evidence) => void }) {
  if (uids.length === 0) return <span className="faint">{t("no event")}</span>;
  return (
    <button type="button" className="quiet evidence-button" aria-label={t("Show {events}: {about}", { events: plural(uids.length, "event"), about })} onClick={() => onEvidence({ uids, about })}>
      {plural(uids.length, "event")}
    </button>
  );
}
