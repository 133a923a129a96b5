// Every indicator with what it adds, opening into expected against observed; all parts add up in view.
import { useMemo, useState } from "react";
import type { Indicator, Weft } from "../api/types.ts";
import type { Evidence } from "../evidence/EvidenceDrawer.tsx";
import { useCapped } from "../parts/Capped.tsx";
import { Domain } from "../parts/Domains.tsx";
import { Moment, Until } from "../parts/Time.tsx";
import { type Group, groupAlike, type Namer } from "../text/alike.ts";
import { addsUp, exact, oneIn, short, sumBits } from "../text/bits.ts";
import { EvidenceButton } from "./EvidenceButton.tsx";
import { t } from "../text/language.ts";
import { feature, reason } from "../text/reasons.ts";

const COLUMNS = 7;

interface Line {
  start: number;
  onEvidence: (evidence: Evidence) => void;
}

export function Indicators({ weft, names, start, onEvidence }: Line & { weft: Weft; names: Namer }) {
  const groups = useMemo(
    () => groupAlike(weft.indicators, ({ title, domain, model, time }) => ({ text: title, family: `${domain} ${model}`, time }), names),
    [weft, names],
  );
  const { shown, more } = useCapped(groups);
  const line = { start, onEvidence };
  const parts = weft.indicators.map((indicator) => indicator.evidence_bits);
  return (
    <section className="card" aria-labelledby="indicators">
      <h2 id="indicators">{t("Indicators")}</h2>
      <p className="faint">
        {t("Bits say how surprising an indicator is by itself; evidence is the share of it that counts here. Open one to see what was expected and what was seen.")}
      </p>
      <div className="scroll" tabIndex={0} role="group" aria-label={t("Indicators table")}>
        <table className="indicators">
          <thead>
            <tr>
              <th scope="col">{t("Time (UTC)")}</th>
              <th scope="col">{t("Domain")}</th>
              <th scope="col">{t("Indicator")}</th>
              <th scope="col" className="number">
                {t("Bits")}
              </th>
              <th scope="col" className="number">
                {t("By chance")}
              </th>
              <th scope="col" className="number">
                {t("Evidence bits")}
              </th>
              <th scope="col">{t("Proof")}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((group) => {
              const [first] = group.members;
              return first && group.members.length > 1 ? <Many key={first.uid} {...line} group={group} /> : <Row key={first?.uid} {...line} indicator={first} />;
            })}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={5}>
                {addsUp(parts, weft.evidence_bits) ? t("Sum, equal to the incident's evidence") : t("Sum, which differs from the incident's evidence: please report this")}
              </th>
              <td className="number">
                <b>{exact(sumBits(parts))}</b>
              </td>
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
      {more}
    </section>
  );
}

/** One indicator, opening into its reasons. */
function Row({ indicator, member = false, start, onEvidence }: Line & { indicator: Indicator | undefined; member?: boolean }) {
  const [open, setOpen] = useState(false);
  if (!indicator) return null;
  return (
    <>
      <tr className={`${open ? "open" : ""} ${member ? "member" : ""}`}>
        <td>
          <Moment ms={indicator.time} start={start} />
        </td>
        <td>
          <Domain domain={indicator.domain} />
        </td>
        <th scope="row">
          <button type="button" className="expand" aria-expanded={open} onClick={() => setOpen(!open)}>
            {indicator.title}
          </button>
          {!member && <span className="model">{indicator.model}</span>}
        </th>
        <td className="number">{exact(indicator.bits)}</td>
        <td className="number">{oneIn(indicator.p)}</td>
        <td className="number">
          <b>{exact(indicator.evidence_bits)}</b>
        </td>
        <td>
          <EvidenceButton uids={indicator.event_uids} about={indicator.title} onEvidence={onEvidence} />
        </td>
      </tr>
      {open && (
        <tr className="why-row">
          <td colSpan={COLUMNS}>
            <WhyTable indicator={indicator} />
          </td>
        </tr>
      )}
    </>
  );
}

/** Indicators that say the same of many, with the sum of what they add; opens into each. */
function Many({ group: { members, text }, start, onEvidence }: Line & { group: Group<Indicator> }) {
  const [open, setOpen] = useState(false);
  const { shown, more } = useCapped(members, 50);
  const [first, last] = [members[0], members.at(-1)];
  if (!first || !last) return null;
  const bits = members.map((indicator) => indicator.bits);
  const uids = [...new Set(members.flatMap((indicator) => indicator.event_uids))];
  return (
    <>
      <tr className="many">
        <td>
          <Moment ms={first.time} start={start} />
          <Until ms={last.time} start={first.time} />
        </td>
        <td>
          <Domain domain={first.domain} />
        </td>
        <th scope="row">
          <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
            {text}
          </button>
          <span className="model">
            {first.model}, {members.length} indicators
          </span>
        </th>
        <td className="number">
          {short(bits.reduce((a, b) => Math.min(a, b), Infinity))} to {short(bits.reduce((a, b) => Math.max(a, b), -Infinity))}
        </td>
        <td />
        <td className="number">
          <b>{exact(sumBits(members.map((indicator) => indicator.evidence_bits)))}</b>
        </td>
        <td>
          <EvidenceButton uids={uids} about={text} onEvidence={onEvidence} />
        </td>
      </tr>
      {open && shown.map((indicator) => <Row key={indicator.uid} indicator={indicator} member start={start} onEvidence={onEvidence} />)}
      {open && more && (
        <tr className="member">
          <td colSpan={COLUMNS}>{more}</td>
        </tr>
      )}
    </>
  );
}

function WhyTable({ indicator }: { indicator: Indicator }) {
  const parts = indicator.why.map(({ bits }) => bits);
  return (
    <table className="why">
      <caption>
        {t("Why: {title}", { title: indicator.title })}
        {indicator.techniques.length > 0 && <span className="faint"> ATT&CK {indicator.techniques.join(", ")}</span>}
      </caption>
      <thead>
        <tr>
          <th scope="col">{t("Feature")}</th>
          <th scope="col">{t("Observed")}</th>
          <th scope="col">{t("Expected")}</th>
          <th scope="col" className="number">
            {t("From n")}
          </th>
          <th scope="col">{t("Compared with")}</th>
          <th scope="col" className="number">
            {t("Bits")}
          </th>
        </tr>
      </thead>
      <tbody>
        {indicator.why.map((why, index) => (
          <tr key={index}>
            <th scope="row">{feature(why.feature)}</th>
            <td>{reason(why.observed)}</td>
            <td>{reason(why.expected)}</td>
            <td className="number">{Number(why.n).toLocaleString("en")}</td>
            <td>{reason(why.peer)}</td>
            <td className="number">{exact(why.bits)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={5}>
            {addsUp(parts, indicator.bits) ? t("Sum, equal to the indicator's bits") : t("Sum, which differs from the indicator's {bits} bits: please report this", { bits: exact(indicator.bits) })}
          </th>
          <td className="number">
            <b>{exact(sumBits(parts))}</b>
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
