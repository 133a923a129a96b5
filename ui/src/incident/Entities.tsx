// Who and what takes part, and as what.
import type { Entity } from "../api/types.ts";
import { useCapped } from "../parts/Capped.tsx";
import { defang } from "../text/defang.ts";
import { words } from "../text/names.ts";

/** Kinds that come from outside and are shown defanged. */
const OUTSIDE = new Set(["ip", "domain", "host", "url", "sender"]);

export function Entities({ entities }: { entities: Entity[] }) {
  const { shown, more } = useCapped(entities);
  return (
    <section className="card" aria-labelledby="entities">
      <h2 id="entities">Entities</h2>
      {entities.length === 0 && <p className="faint">None are named.</p>}
      {entities.length > 0 && (
        <div className="scroll" tabIndex={0} role="group" aria-label="Entities table">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Kind</th>
                <th scope="col">Role</th>
                <th scope="col">Also known as</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((entity) => (
                <tr key={entity.uid}>
                  <th scope="row" className="break">
                    {OUTSIDE.has(entity.kind) ? defang(entity.name) : entity.name}
                  </th>
                  <td>{words(entity.kind)}</td>
                  <td>
                    <span className="role">{entity.role}</span>
                  </td>
                  <td className="break faint">{entity.aliases.join(", ")}</td>
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
