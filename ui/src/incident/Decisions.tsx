// The decision log: what happened to this incident, in order, and folded away why each part is in it.
import { api } from "../api/client.ts";
import type { StitchDecision } from "../api/types.ts";
import { useLoaded } from "../api/use_loaded.ts";
import { useCapped } from "../parts/Capped.tsx";
import { exact } from "../text/bits.ts";
import { plural, words } from "../text/names.ts";
import { clock, day, iso } from "../text/time.ts";
import { t } from "../text/language.ts";

export function Decisions({ uid, version, made }: { uid: string; version: number; made: StitchDecision[] }) {
  const { value, error } = useLoaded(uid, version, (signal) => api.decisions(uid, signal));
  const { shown, more } = useCapped(value ?? []);
  return (
    <section className="card" aria-labelledby="decisions">
      <h2 id="decisions">{t("Decision log")}</h2>
      {error && <p className="problem">{error.message}</p>}
      {value?.length === 0 && <p className="faint">{t("Nothing was logged.")}</p>}
      <ol className="decisions">
        {shown.map((decision) => (
          <li key={decision.id}>
            <Moment ms={decision.time_ms} /> <b>{words(decision.kind)}</b> {decision.text}
          </li>
        ))}
      </ol>
      {more}
      {made.length > 0 && <Stitching made={made} />}
    </section>
  );
}

function Stitching({ made }: { made: StitchDecision[] }) {
  const { shown, more } = useCapped(made);
  return (
    <details>
      <summary>{t("Why these parts, and what was kept out: {decisions}", { decisions: plural(made.length, "decision") })}</summary>
      <ol className="decisions">
        {shown.map((decision, index) => (
          <li key={index}>
            <Moment ms={decision.time} /> <b>{words(decision.kind)}</b> ({t("{n} bits", { n: exact(decision.bits) })}) {decision.text}
          </li>
        ))}
      </ol>
      {more}
    </details>
  );
}

function Moment({ ms }: { ms: number }) {
  return (
    <time dateTime={iso(ms)}>
      {day(ms)} {clock(ms, true)}
    </time>
  );
}
