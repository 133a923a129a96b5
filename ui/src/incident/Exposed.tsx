// Whom the attack reached and how far, patient zero marked; every act opens into its event.
import type { Weft } from "../api/types.ts";
import type { Evidence } from "../evidence/EvidenceDrawer.tsx";
import { useCapped } from "../parts/Capped.tsx";
import { Moment } from "../parts/Time.tsx";
import { type Key, t } from "../text/language.ts";

const ACTS: [string, Key][] = [
  ["received", "Received"],
  ["opened", "Opened"],
  ["clicked", "Contacted the site"],
  ["replied", "Replied"],
  ["entered", "Account used by others"],
];

export function Exposed({ people, start, onEvidence }: { people: NonNullable<Weft["exposed"]>; start: number; onEvidence: (evidence: Evidence) => void }) {
  const { shown, more } = useCapped(people, 20);
  const acts = ACTS.filter(([act]) => people.some((person) => person.acts.some((one) => one.act === act)));
  return (
    <section className="card" aria-labelledby="exposed">
      <h2 id="exposed">{t("Whom it reached")}</h2>
      {people.length === 0 && <p className="faint">{t("Nobody is known to have received or opened anything of it.")}</p>}
      {people.length > 0 && (
        <div className="scroll" tabIndex={0} role="group" aria-label={t("Exposed people table")}>
          <table className="exposed">
            <thead>
              <tr>
                <th scope="col">{t("Person")}</th>
                {acts.map(([act, name]) => (
                  <th key={act} scope="col">
                    {t(name)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((person) => (
                <tr key={person.uid}>
                  <th scope="row" className="break">
                    {person.name} {person.is_patient_zero && <span className="passive">{t("patient zero")}</span>}
                  </th>
                  {acts.map(([act, name]) => {
                    const one = person.acts.find((known) => known.act === act);
                    return (
                      <td key={act}>
                        {one && (
                          <button type="button" className="quiet" onClick={() => onEvidence({ uids: [one.event_uid], about: `${person.name}: ${t(name)}` })}>
                            <Moment ms={one.time} start={start} />
                          </button>
                        )}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more}
    </section>
  );
}
