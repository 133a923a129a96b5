// Indicators of compromise: shown defanged, copied as they are.
import type { Ioc } from "../api/types.ts";
import { useCapped } from "../parts/Capped.tsx";
import { CopyButton } from "../parts/CopyButton.tsx";
import { Moment } from "../parts/Time.tsx";
import { csv } from "../text/csv.ts";
import { defang } from "../text/defang.ts";
import { iso } from "../text/time.ts";
import { t, word } from "../text/language.ts";

export function Iocs({ iocs, start, name }: { iocs: Ioc[]; start: number; name: string }) {
  const { shown, more } = useCapped(iocs);
  const asCsv = () => csv([["type", "value", "role", "first_seen"], ...iocs.map((ioc) => [ioc.type, ioc.value, ioc.role, iso(ioc.first_seen)])]);
  const asJson = () => JSON.stringify({ incident: name, iocs }, null, 2);
  return (
    <section className="card" aria-labelledby="iocs">
      <h2 id="iocs">
        {t("Indicators of compromise")}
        {iocs.length > 0 && (
          <span className="tools">
            <CopyButton label={t("Copy as CSV")} text={asCsv} />
            <CopyButton label={t("Copy as JSON")} text={asJson} />
          </span>
        )}
      </h2>
      {iocs.length === 0 && <p className="faint">{t("None were drawn from this incident.")}</p>}
      {iocs.length > 0 && (
        <div className="scroll" tabIndex={0} role="group" aria-label={t("Indicators of compromise table")}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t("Value (defanged)")}</th>
                <th scope="col">{t("Type")}</th>
                <th scope="col">{t("Role")}</th>
                <th scope="col">{t("First seen (UTC)")}</th>
                <th scope="col">{t("Copy")}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((ioc, index) => (
                <tr key={index}>
                  <th scope="row" className="break mono">
                    {defang(ioc.value)}
                  </th>
                  <td>{word(ioc.type)}</td>
                  <td>{word(ioc.role)}</td>
                  <td>
                    <Moment ms={ioc.first_seen} start={start} />
                  </td>
                  <td>
                    <CopyButton label={t("Copy")} name={`${t("Copy")} ${defang(ioc.value)}`} text={() => ioc.value} />
                  </td>
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
