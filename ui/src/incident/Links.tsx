// Why these indicators belong together: the shared entities and what each weighs.
import type { Weft } from "../api/types.ts";
import { useCapped } from "../parts/Capped.tsx";
import { exact } from "../text/bits.ts";
import { cut } from "../text/names.ts";

export function Links({ weft }: { weft: Weft }) {
  const titles = new Map(weft.indicators.map((indicator) => [indicator.uid, indicator.title]));
  const names = new Map(weft.entities.map((entity) => [entity.uid, entity.name]));
  const { shown, more } = useCapped([...weft.links].sort((a, b) => b.bits - a.bits), 50);
  return (
    <section className="card" aria-labelledby="links">
      <h2 id="links">Why these belong together</h2>
      {shown.length === 0 && <p className="faint">A single indicator needs no link.</p>}
      {shown.length > 0 && (
        <div className="scroll" tabIndex={0} role="group" aria-label="Links table">
          <table>
            <thead>
              <tr>
                <th scope="col">Reason</th>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col">Shared</th>
                <th scope="col" className="number">
                  Bits
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((link, index) => (
                <tr key={index}>
                  <th scope="row">{link.reason}</th>
                  <td title={titles.get(link.from)}>{cut(titles.get(link.from) ?? link.from, 60)}</td>
                  <td title={titles.get(link.to)}>{cut(titles.get(link.to) ?? link.to, 60)}</td>
                  <td className="break">{names.get(link.via) ?? link.via}</td>
                  <td className="number">{exact(link.bits)}</td>
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
