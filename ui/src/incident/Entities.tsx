// Who and what takes part, one line a role.
import { useState } from "react";
import type { Entity } from "../api/types.ts";
import { defang } from "../text/defang.ts";
import { capital, words } from "../text/names.ts";
import { type RoleGroup, roleGroups } from "../text/roles.ts";
import { t, word } from "../text/language.ts";

/** Kinds that come from outside and are shown defanged. */
const OUTSIDE = new Set(["ip", "domain", "host", "url", "sender"]);
/** Up to this many are shown with their other names; of more, this many names only until asked. */
const FEW = 3;
const SOME = 6;

export function Entities({ entities }: { entities: Entity[] }) {
  return (
    <section className="card" aria-labelledby="entities">
      <h2 id="entities">{t("Entities")}</h2>
      {entities.length === 0 && <p className="faint">{t("None are named.")}</p>}
      {entities.length > 0 && (
        <div className="scroll" tabIndex={0} role="group" aria-label={t("Entities table")}>
          <table className="entities">
            <thead>
              <tr>
                <th scope="col">{t("Role")}</th>
                <th scope="col">{t("Kind")}</th>
                <th scope="col" className="number">
                  {t("Count")}
                </th>
                <th scope="col">{t("Names")}</th>
              </tr>
            </thead>
            <tbody>
              {roleGroups(entities).map((group) => (
                <Role key={`${group.role} ${group.kind}`} group={group} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Role({ group: { role, kind, members } }: { group: RoleGroup }) {
  const [open, setOpen] = useState(false);
  const full = open || members.length <= FEW;
  const shown = open ? members : members.slice(0, SOME);
  const folds = members.length > FEW && (members.length > SOME || members.some(({ aliases }) => aliases.length > 0));
  return (
    <tr>
      <th scope="row">{capital(word(role))}</th>
      <td>{word(kind) === kind ? words(kind) : word(kind)}</td>
      <td className="number">{members.length}</td>
      <td>
        <ul className={full ? "names" : "names in-line"}>
          {shown.map(({ uid, name, aliases }) => (
            <li key={uid}>
              <span className="break">{OUTSIDE.has(kind) ? defang(name) : name}</span>
              {full && aliases.length > 0 && <span className="break faint"> {t("also {names}", { names: aliases.join(", ") })}</span>}
            </li>
          ))}
        </ul>
        {folds && (
          <button type="button" className="quiet" aria-expanded={open} aria-label={`${open ? t("Less") : t("All")}: ${word(role)}, ${word(kind)}`} onClick={() => setOpen(!open)}>
            {open ? t("Less") : members.length > SOME ? t("All {n}", { n: members.length }) : t("Other names")}
          </button>
        )}
      </td>
    </tr>
  );
}
