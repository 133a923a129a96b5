// Every indicator with what it adds, opening into expected against observed; all parts add up in view.
import { Fragment, useState } from "react";
import type { Indicator, Weft } from "../api/types.ts";
import type { Evidence } from "../evidence/EvidenceDrawer.tsx";
import { useCapped } from "../parts/Capped.tsx";
import { Domain } from "../parts/Domains.tsx";
import { Moment } from "../parts/Time.tsx";
import { addsUp, exact, oneIn, sumBits } from "../text/bits.ts";
import { EvidenceButton } from "./EvidenceButton.tsx";

const COLUMNS = 7;

export function Indicators({ weft, start, onEvidence }: { weft: Weft; start: number; onEvidence: (evidence: Evidence) => void }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const { shown, more } = useCapped(weft.indicators);
  const parts = weft.indicators.map((indicator) => indicator.evidence_bits);
  const toggle = (uid: string) =>
    setOpen((before) => {
      const after = new Set(before);
      if (!after.delete(uid)) after.add(uid);
      return after;
    });
  return (
    <section className="card" aria-labelledby="indicators">
      <h2 id="indicators">Indicators</h2>
      <p className="faint">
        Bits say how surprising an indicator is by itself; evidence is the share of it that counts here. Open one to see what was expected and what was seen.
      </p>
      <div className="scroll" tabIndex={0} role="group" aria-label="Indicators table">
        <table className="indicators">
          <thead>
            <tr>
              <th scope="col">Time (UTC)</th>
              <th scope="col">Domain</th>
              <th scope="col">Indicator</th>
              <th scope="col" className="number">
                Bits
              </th>
              <th scope="col" className="number">
                By chance
              </th>
              <th scope="col" className="number">
                Evidence bits
              </th>
              <th scope="col">Proof</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((indicator) => (
              <Fragment key={indicator.uid}>
                <tr className={open.has(indicator.uid) ? "open" : ""}>
                  <td>
                    <Moment ms={indicator.time} start={start} />
                  </td>
                  <td>
                    <Domain domain={indicator.domain} />
                  </td>
                  <th scope="row">
                    <button type="button" className="expand" aria-expanded={open.has(indicator.uid)} onClick={() => toggle(indicator.uid)}>
                      {indicator.title}
                    </button>
                    <span className="model">{indicator.model}</span>
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
                {open.has(indicator.uid) && (
                  <tr className="why-row">
                    <td colSpan={COLUMNS}>
                      <WhyTable indicator={indicator} />
                    </td>
                  </tr>
                )}
              </Fragment>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={5}>
                {addsUp(parts, weft.evidence_bits) ? "Sum, equal to the incident's evidence" : "Sum, which differs from the incident's evidence: please report this"}
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

function WhyTable({ indicator }: { indicator: Indicator }) {
  const parts = indicator.why.map(({ bits }) => bits);
  return (
    <table className="why">
      <caption>
        Why: {indicator.title}
        {indicator.techniques.length > 0 && <span className="faint"> ATT&CK {indicator.techniques.join(", ")}</span>}
      </caption>
      <thead>
        <tr>
          <th scope="col">Feature</th>
          <th scope="col">Observed</th>
          <th scope="col">Expected</th>
          <th scope="col" className="number">
            From n
          </th>
          <th scope="col">Compared with</th>
          <th scope="col" className="number">
            Bits
          </th>
        </tr>
      </thead>
      <tbody>
        {indicator.why.map((why, index) => (
          <tr key={index}>
            <th scope="row">{why.feature}</th>
            <td>{why.observed}</td>
            <td>{why.expected}</td>
            <td className="number">{Number(why.n).toLocaleString("en")}</td>
            <td>{why.peer}</td>
            <td className="number">{exact(why.bits)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={5}>
            {addsUp(parts, indicator.bits) ? "Sum, equal to the indicator's bits" : `Sum, which differs from the indicator's ${exact(indicator.bits)} bits: please report this`}
          </th>
          <td className="number">
            <b>{exact(sumBits(parts))}</b>
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
