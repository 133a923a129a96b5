// One incident: loads it and lays out its parts, the story first, the proofs after.
import { useEffect, useMemo, useState } from "react";
import { api } from "../api/client.ts";
import { weftOf } from "../api/read_incident.ts";
import type { IncidentFinding, Status } from "../api/types.ts";
import { useLoaded } from "../api/use_loaded.ts";
import { type Evidence, EvidenceDrawer } from "../evidence/EvidenceDrawer.tsx";
import { Actions } from "../incident/Actions.tsx";
import { Coverage } from "../incident/Coverage.tsx";
import { Decisions } from "../incident/Decisions.tsx";
import { Entities } from "../incident/Entities.tsx";
import { Exposed } from "../incident/Exposed.tsx";
import { Header } from "../incident/Header.tsx";
import { Indicators } from "../incident/Indicators.tsx";
import { Iocs } from "../incident/Iocs.tsx";
import { Links } from "../incident/Links.tsx";
import { Narrative } from "../incident/Narrative.tsx";
import { Verdicts } from "../incident/Verdicts.tsx";
import { Timeline } from "../incident/Timeline.tsx";
import { Lanes } from "../lanes/Lanes.tsx";
import { LocalLink } from "../parts/LocalLink.tsx";
import { namer } from "../text/alike.ts";
import { pick, t } from "../text/language.ts";

export function IncidentPage({ uid, version }: { uid: string; version: number }) {
  const [saved, setSaved] = useState(0);
  const { value: finding, error } = useLoaded(uid, version + saved, (signal) => api.incident(uid, signal));
  const [problem, setProblem] = useState("");
  useEffect(() => {
    document.title = `${finding ? pick(finding.desc, finding.unmapped?.weft?.title_ja) : t("Incident")} · Weft`;
  }, [finding]);

  if (error && !finding) {
    return (
      <div className="page">
        <p role="alert" className="problem">
          {error.message}
        </p>
        <LocalLink to="/">{t("All incidents")}</LocalLink>
      </div>
    );
  }
  if (!finding) return <p className="note">{t("Loading…")}</p>;
  const setStatus = (status: Status) =>
    void api.setStatus(uid, status).then(
      () => {
        setProblem("");
        setSaved((before) => before + 1);
      },
      (failed: Error) => setProblem(failed.message),
    );
  return (
    <>
      {(problem || error) && (
        <p role="alert" className="problem">
          {problem || error?.message}
        </p>
      )}
      <Incident finding={finding} version={version + saved} onStatus={setStatus} onVerdict={() => setSaved((before) => before + 1)} />
    </>
  );
}

interface Shown {
  finding: IncidentFinding;
  version: number;
  onStatus: (status: Status) => void;
  onVerdict: () => void;
}

function Incident({ finding, version, onStatus, onVerdict }: Shown) {
  const weft = useMemo(() => weftOf(finding), [finding]);
  const names = useMemo(() => namer(weft.entities), [weft]);
  const start = finding.start_time;
  const [selected, setSelected] = useState<number | null>(null);
  const [evidence, setEvidence] = useState<Evidence | null>(null);
  const uid = finding.metadata.uid;
  return (
    <article className="page incident" aria-labelledby="title">
      <Header finding={finding} weft={weft} onStatus={onStatus} />
      <div className="story">
        <Narrative weft={weft} onEvidence={setEvidence} />
        <Actions recommended={weft.recommended} />
      </div>
      <Lanes weft={weft} names={names} start={start} selected={selected} onSelect={setSelected} onEvidence={setEvidence} />
      <Timeline weft={weft} names={names} start={start} selected={selected} onSelect={setSelected} onEvidence={setEvidence} />
      <Indicators weft={weft} names={names} start={start} onEvidence={setEvidence} />
      <Exposed people={weft.exposed ?? []} start={start} onEvidence={setEvidence} />
      <Entities entities={weft.entities} />
      <Iocs iocs={weft.iocs} start={start} name={uid} />
      <Links weft={weft} />
      <Coverage coverage={weft.coverage} start={start} />
      <Verdicts uid={uid} weft={weft} version={version} onDone={onVerdict} />
      <Decisions uid={uid} version={version} made={weft.decisions ?? []} />
      {evidence && <EvidenceDrawer evidence={evidence} onClose={() => setEvidence(null)} />}
    </article>
  );
}
