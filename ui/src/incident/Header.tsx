// Title, score and its reason, domains, time, status.
import type { IncidentFinding, Status, Weft } from "../api/types.ts";
import { Domain } from "../parts/Domains.tsx";
import { Score } from "../parts/Score.tsx";
import { addsUp, exact, short, sumBits } from "../text/bits.ts";
import { DOMAINS, plural, statusOf, STATUSES } from "../text/names.ts";
import { clock, day, duration, instant, iso } from "../text/time.ts";
import { pick, t, word } from "../text/language.ts";

export function Header({ finding, weft, onStatus }: { finding: IncidentFinding; weft: Weft; onStatus: (status: Status) => void }) {
  const { start_time: start, end_time: end } = finding;
  return (
    <header className="incident-head">
      <div className="head-row">
        <Score score={weft.score} large />
        <div className="head-text">
          <h1 id="title">{pick(finding.desc, weft.title_ja)}</h1>
          <p className="meta">
            <span>
              <time dateTime={iso(start)} title={instant(start)}>
                {day(start)} {new Date(start).getUTCFullYear()} {clock(start)}
              </time>
              {" to "}
              <time dateTime={iso(end)} title={instant(end)}>
                {day(end)} {clock(end)}
              </time>
              {" UTC"} <span className="faint">({duration(end - start)})</span>
            </span>
            {weft.revision > 1 && <span className="faint">{t("revision {n}", { n: weft.revision })}</span>}
          </p>
        </div>
        <div className="head-side">
          <DomainShares weft={weft} />
          <label className="status-pick">
            <span>{t("Status")}</span>
            <select value={statusOf(finding.status_id)} onChange={(event) => onStatus(event.target.value as Status)}>
              {STATUSES.map(({ id, name }) => (
                <option key={id} value={id}>
                  {word(name)}
                </option>
              ))}
            </select>
          </label>
        </div>
      </div>
      <div className="why-line">
        <WhyThisScore weft={weft} />
        {weft.tactics.length > 0 && <p className="faint">{t("Tactics: {list}", { list: weft.tactics.join(", ") })}</p>}
      </div>
    </header>
  );
}

/** How much each domain adds: a bar in three colours with its legend. */
function DomainShares({ weft }: { weft: Weft }) {
  const shares = DOMAINS.map((domain) => ({
    domain,
    bits: sumBits(weft.indicators.filter((indicator) => indicator.domain === domain).map((indicator) => indicator.evidence_bits)),
  }));
  const total = Math.max(1e-9, shares.reduce((sum, { bits }) => sum + Math.max(0, bits), 0));
  let left = 0;
  return (
    <div className="shares">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" className="share-bar">
        {shares.map(({ domain, bits }) => {
          const width = (Math.max(0, bits) / total) * 100;
          const rect = <rect key={domain} className={`fill-${domain}`} x={left} y="0" width={width} height="8" />;
          left += width;
          return rect;
        })}
      </svg>
      <p className="faint">{t("Bits of evidence by domain")}</p>
      <ul>
        {shares.map(({ domain, bits }) => (
          <li key={domain}>
            <Domain domain={domain} /> <b>{short(bits)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

const TOP = 12;

function WhyThisScore({ weft }: { weft: Weft }) {
  const parts = weft.indicators.map((indicator) => indicator.evidence_bits);
  const largest = Math.max(1e-9, ...parts.slice(0, 10_000));
  const top = [...weft.indicators].sort((a, b) => b.evidence_bits - a.evidence_bits).slice(0, TOP);
  const rest = sumBits(parts) - sumBits(top.map((indicator) => indicator.evidence_bits));
  return (
    <details className="why-score">
      <summary>
        {t("Why {score}? {bits} bits of evidence from {indicators}; an alert starts at 50", {
          score: Math.floor(weft.score),
          bits: short(weft.evidence_bits),
          indicators: plural(parts.length, "indicator"),
        })}
      </summary>
      <div className="why-body">
        <p>
          {t(
            "The score is {score} of 100, and 50 is the alert threshold. It rises with the evidence: {bits} bits, the sum of what each indicator adds. Every bit doubles the odds that this is no accident. Indicators that depend on each other share their evidence, so a later one of a kind adds less.",
            { score: weft.score.toFixed(1), bits: exact(weft.evidence_bits) },
          )}
        </p>
        <ol className="bars" aria-label={t("Largest contributions")}>
          {top.map((indicator) => (
            <li key={indicator.uid}>
              <span className="bar-value">{exact(indicator.evidence_bits)}</span>
              <span className="bar-track" aria-hidden="true">
                <span className={`bar-fill fill-${indicator.domain}`} style={{ width: `${Math.max(1, (indicator.evidence_bits / largest) * 100)}%` }} />
              </span>
              <span className="bar-text">{indicator.title}</span>
            </li>
          ))}
        </ol>
        {weft.indicators.length > TOP && (
          <p className="faint">
            {t("{bits} bits come from {n} smaller ones (all are listed under Indicators).", { bits: exact(rest), n: weft.indicators.length - TOP })}
          </p>
        )}
        <p className={addsUp(parts, weft.evidence_bits) ? "good" : "problem"}>
          {addsUp(parts, weft.evidence_bits)
            ? t("The {n} contributions add up to {bits} bits exactly.", { n: parts.length, bits: exact(weft.evidence_bits) })
            : t("The contributions add up to {sum} bits, not to {bits}: please report this.", { sum: exact(sumBits(parts)), bits: exact(weft.evidence_bits) })}
        </p>
      </div>
    </details>
  );
}
