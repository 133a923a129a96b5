// An incident made safe to show: every list is there, whatever an older or foreign producer left out.
import type { IncidentFinding, Weft } from "./types.ts";
import { pick } from "../text/language.ts";

function list<T>(value: T[] | null | undefined): T[] {
  return Array.isArray(value) ? value : [];
}

/** In the page's language throughout, so that whatever reads it need not ask. */
export function weftOf(finding: IncidentFinding): Weft {
  const weft: Partial<Weft> = finding.unmapped?.weft ?? {};
  return {
    title_ja: weft.title_ja ?? "",
    score: Number(weft.score ?? 0),
    evidence_bits: Number(weft.evidence_bits ?? 0),
    domains: list(weft.domains),
    tactics: list(weft.tactics),
    entities: list(weft.entities).map((entity) => ({ ...entity, aliases: list(entity.aliases) })),
    exposed: list(weft.exposed).map((person) => ({ ...person, acts: list(person.acts) })),
    indicators: list(weft.indicators).map((indicator) => ({
      ...indicator,
      title: pick(indicator.title, indicator.title_ja),
      why: list(indicator.why),
      entities: list(indicator.entities),
      techniques: list(indicator.techniques),
      event_uids: list(indicator.event_uids),
    })),
    links: list(weft.links),
    decisions: list(weft.decisions),
    timeline: list(weft.timeline).map((entry) => ({ ...entry, text: pick(entry.text, entry.text_ja), event_uids: list(entry.event_uids) })),
    narrative: {
      en: weft.narrative?.en ?? "",
      ja: weft.narrative?.ja ?? "",
      clauses: list(weft.narrative?.clauses),
      recipient: weft.narrative?.recipient ?? { en: "", ja: "" },
    },
    iocs: list(weft.iocs),
    coverage: list(weft.coverage),
    recommended: list(weft.recommended).map((one) => ({ ...one, text: pick(one.text, one.text_ja) })),
    revision: weft.revision ?? 1,
    merged_from: list(weft.merged_from),
    search_aliases: list(weft.search_aliases),
  };
}
