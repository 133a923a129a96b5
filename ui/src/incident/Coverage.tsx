// What the sensors may have missed: a quiet stretch with a gap proves nothing.
import type { Coverage as Gap } from "../api/types.ts";
import { Domain } from "../parts/Domains.tsx";
import { Moment } from "../parts/Time.tsx";
import { t } from "../text/language.ts";

export function Coverage({ coverage, start }: { coverage: Gap[]; start: number }) {
  return (
    <section className="card" aria-labelledby="coverage">
      <h2 id="coverage">{t("Coverage")}</h2>
      {coverage.length === 0 && <p className="faint">{t("No gap in what the sensors saw is known for this time.")}</p>}
      <ul className="coverage">
        {coverage.map((gap, index) => (
          <li key={index}>
            <Domain domain={gap.domain} /> <Moment ms={gap.start} start={start} /> to <Moment ms={gap.end} start={start} />: {gap.text}
          </li>
        ))}
      </ul>
    </section>
  );
}
