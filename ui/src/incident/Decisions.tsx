// The decision log: what Weft and the analysts decided about this incident, in order.
import { api } from "../api/client.ts";
import { useLoaded } from "../api/use_loaded.ts";
import { useCapped } from "../parts/Capped.tsx";
import { words } from "../text/names.ts";
import { clock, day, iso } from "../text/time.ts";

export function Decisions({ uid, version }: { uid: string; version: number }) {
  const { value, error } = useLoaded(uid, version, (signal) => api.decisions(uid, signal));
  const { shown, more } = useCapped(value ?? []);
  return (
    <section className="card" aria-labelledby="decisions">
      <h2 id="decisions">Decision log</h2>
      {error && <p className="problem">{error.message}</p>}
      {value?.length === 0 && <p className="faint">Nothing was logged.</p>}
      <ol className="decisions">
        {shown.map((decision) => (
          <li key={decision.id}>
            <time dateTime={iso(decision.time_ms)}>
              {day(decision.time_ms)} {clock(decision.time_ms, true)}
            </time>{" "}
            <b>{words(decision.kind)}</b> {decision.text}
          </li>
        ))}
      </ol>
      {more}
    </section>
  );
}
