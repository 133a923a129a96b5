// What should be done, and whether it was done or only would have been.
import { useState } from "react";
import type { Recommended } from "../api/types.ts";
import { useCapped } from "../parts/Capped.tsx";
import { type ActionGroup, actionGroups } from "../text/actions.ts";
import { fitting } from "../text/fit.ts";
import { words } from "../text/names.ts";
import { pick, t, word } from "../text/language.ts";

/** What leaves the lanes above the fold at 1280 x 900: lines, and letters of each. */
const LINES = 14;
const LETTERS = 40;

export function Actions({ recommended }: { recommended: Recommended[] }) {
  const passive = recommended.some(({ mode }) => mode === "would_have");
  const groups = actionGroups(recommended);
  const texts = groups.map(({ members }) => (members.length === 1 ? (members[0]?.text ?? "") : ""));
  const all = fitting(texts, LETTERS, LINES) === groups.length;
  // The button takes a line, too.
  const { shown, more } = useCapped(groups, all ? groups.length : fitting(texts, LETTERS, LINES - 1));
  return (
    <section className="card actions" aria-labelledby="actions">
      <h2 id="actions">
        {t("Recommended actions")}
        {passive && (
          <span className="passive" title={t("Passive mode: Weft says what it would have done and changes nothing.")}>
            {t("nothing was changed")}
          </span>
        )}
      </h2>
      {recommended.length === 0 && <p className="faint">{t("None.")}</p>}
      <ol>
        {shown.map((group) => (
          <Action key={`${group.mode} ${group.action}`} group={group} />
        ))}
      </ol>
      {more}
    </section>
  );
}

/** The action, opening into its reason and expected effect. */
function Why({ one, children }: { one: Recommended; children: string }) {
  const [reason, effect] = [one.reason, one.effect].map((text) => pick(text?.en, text?.ja));
  if (!reason) return <span>{children}</span>;
  return (
    <details className="why-action">
      <summary>{children}</summary>
      <p className="faint">
        {reason} {effect}
      </p>
    </details>
  );
}

function Action({ group: { action, mode, members } }: { group: ActionGroup }) {
  const [open, setOpen] = useState(false);
  const { shown, more } = useCapped(members, 50);
  const [first] = members;
  if (!first) return null;
  return (
    <li>
      <span className={`mode mode-${mode === "would_have" ? "passive" : "active"}`}>{word(words(mode).toLowerCase())}</span>
      {members.length === 1 ? (
        <Why one={first}>{first.text || `${word(words(action).toLowerCase())}: ${first.target}`}</Why>
      ) : (
        <div>
          <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t("{action}: {n} targets", { action: word(words(action).toLowerCase()), n: members.length })}
          </button>
          {open && (
            <ul className="targets">
              {shown.map((one, index) => (
                <li key={index}>
                  <Why one={one}>{one.text || one.target}</Why>
                </li>
              ))}
            </ul>
          )}
          {open && more}
        </div>
      )}
    </li>
  );
}
