// What an analyst decides about the incident: attack or not, what belongs to it. Every verdict can be undone; later evidence honours it.
import { useState } from "react";
import { api } from "../api/client.ts";
import type { VerdictRequest, Weft } from "../api/types.ts";
import { useLoaded } from "../api/use_loaded.ts";
import { useCapped } from "../parts/Capped.tsx";
import { cut, plural, words } from "../text/names.ts";
import { clock, day, iso } from "../text/time.ts";

export function Verdicts({ uid, weft, version, onDone }: { uid: string; weft: Weft; version: number; onDone: () => void }) {
  const { value, error } = useLoaded(uid, version, (signal) => api.verdicts(uid, signal));
  const { shown, more } = useCapped(value ?? []);
  const [problem, setProblem] = useState("");
  const [other, setOther] = useState("");
  const [member, setMember] = useState("");
  const done = (work: Promise<unknown>) =>
    void work.then(
      () => {
        setProblem("");
        onDone();
      },
      (failed: Error) => setProblem(failed.message),
    );
  const give = (verdict: VerdictRequest) => done(api.giveVerdict(uid, verdict));
  return (
    <section className="card" aria-labelledby="verdicts">
      <h2 id="verdicts">Your verdict</h2>
      {(problem || error) && (
        <p role="alert" className="problem">
          {problem || error?.message}
        </p>
      )}
      <p className="verdict-row">
        <button type="button" onClick={() => give({ kind: "confirm", indicators: [] })}>
          Confirm as an attack
        </button>
        <button type="button" title="Closes it as it stands; nothing joins it any more" onClick={() => give({ kind: "dismiss", indicators: [] })}>
          Dismiss
        </button>
      </p>
      <form
        className="verdict-row"
        onSubmit={(event) => {
          event.preventDefault();
          give({ kind: "keep_apart", indicators: [member] });
        }}
      >
        <select aria-label="Indicator that does not belong here" value={member} onChange={(event) => setMember(event.target.value)}>
          <option value="">An indicator…</option>
          {weft.indicators.slice(0, 500).map((indicator) => (
            <option key={indicator.uid} value={indicator.uid}>
              {cut(indicator.title, 90)}
            </option>
          ))}
        </select>
        <button type="submit" disabled={!member}>
          does not belong here
        </button>
      </form>
      <form
        className="verdict-row"
        onSubmit={(event) => {
          event.preventDefault();
          give({ kind: "link", other: other.trim(), indicators: [] });
        }}
      >
        <input aria-label="Uid of the other incident" placeholder="Uid of another incident" value={other} onChange={(event) => setOther(event.target.value)} />
        <button type="submit" disabled={!other.trim()}>
          is the same incident
        </button>
      </form>
      <ol className="decisions">
        {shown.map((verdict) => (
          <li key={verdict.id}>
            <time dateTime={iso(verdict.time_ms)}>
              {day(verdict.time_ms)} {clock(verdict.time_ms, true)}
            </time>{" "}
            <b>{words(verdict.kind)}</b> by {verdict.user}
            {verdict.pairs.length > 0 && ` (${plural(verdict.pairs.length, "pair")})`}{" "}
            <button type="button" onClick={() => done(api.undoVerdict(verdict.id))}>
              Undo
            </button>
          </li>
        ))}
      </ol>
      {more}
    </section>
  );
}
