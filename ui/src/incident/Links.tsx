// Why these indicators belong together: the shared entities and what each weighs.
import { useMemo, useState } from "react";
import type { Link, Weft } from "../api/types.ts";
import { useCapped } from "../parts/Capped.tsx";
import { exact, short } from "../text/bits.ts";
import { cut, plural } from "../text/names.ts";
import { t } from "../text/language.ts";
import { tie } from "../text/reasons.ts";

const COLUMNS = 3;

export function Links({ weft }: { weft: Weft }) {
  const titles = useMemo(() => new Map(weft.indicators.map((indicator) => [indicator.uid, indicator.title])), [weft]);
  const names = useMemo(() => new Map(weft.entities.map((entity) => [entity.uid, entity.name])), [weft]);
  const groups = useMemo(() => {
    const byShared = new Map<string, Link[]>();
    for (const link of [...weft.links].sort((a, b) => b.bits - a.bits)) byShared.set(link.via, [...(byShared.get(link.via) ?? []), link]);
    return [...byShared];
  }, [weft]);
  const { shown, more } = useCapped(groups, 50);
  return (
    <section className="card" aria-labelledby="links">
      <h2 id="links">{t("Why these belong together")}</h2>
      {shown.length === 0 && <p className="faint">{t("A single indicator needs no link.")}</p>}
      {shown.length > 0 && (
        <div className="scroll" tabIndex={0} role="group" aria-label={t("Links table")}>
          <table className="links">
            <thead>
              <tr>
                <th scope="col">{t("What they share")}</th>
                <th scope="col">{t("Links")}</th>
                <th scope="col" className="number">
                  {t("Bits of a link")}
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map(([via, links]) => (
                <Shared key={via} name={names.get(via) ?? via} links={links} titles={titles} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {more}
    </section>
  );
}

/** The links over one entity, strongest first; opens into each. */
function Shared({ name, links, titles }: { name: string; links: Link[]; titles: Map<string, string> }) {
  const [open, setOpen] = useState(false);
  const { shown, more } = useCapped(links, 50);
  const [first, last] = [links[0], links.at(-1)];
  if (!first || !last) return null;
  return (
    <>
      <tr>
        <th scope="row" className="break">
          <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
            {name}
          </button>
        </th>
        <td>
          {plural(links.length, "link")} <span className="faint">{t("such as “{one}” with “{other}”", { one: cut(titles.get(first.from) ?? first.from, 50), other: cut(titles.get(first.to) ?? first.to, 50) })}</span>
        </td>
        <td className="number">{links.length === 1 ? exact(first.bits) : `${short(last.bits)} to ${short(first.bits)}`}</td>
      </tr>
      {open &&
        shown.map((link, index) => (
          <tr key={index} className="member">
            <td colSpan={2}>
              {cut(titles.get(link.from) ?? link.from, 100)} <b>{t("with")}</b> {cut(titles.get(link.to) ?? link.to, 100)}
              <span className="model">{tie(link.reason)}</span>
            </td>
            <td className="number">{exact(link.bits)}</td>
          </tr>
        ))}
      {open && more && (
        <tr>
          <td colSpan={COLUMNS}>{more}</td>
        </tr>
      )}
    </>
  );
}
