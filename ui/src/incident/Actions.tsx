// What should be done, and whether it was done or only would have been.
import type { Recommended } from "../api/types.ts";
import { useCapped } from "../parts/Capped.tsx";
import { words } from "../text/names.ts";

export function Actions({ recommended }: { recommended: Recommended[] }) {
  const passive = recommended.some(({ mode }) => mode === "would_have");
  const { shown, more } = useCapped(recommended, 6);
  return (
    <section className="card actions" aria-labelledby="actions">
      <h2 id="actions">
        Recommended actions
        {passive && (
          <span className="passive" title="Passive mode: Weft says what it would have done and changes nothing.">
            nothing was changed
          </span>
        )}
      </h2>
      {recommended.length === 0 && <p className="faint">None.</p>}
      <ol>
        {shown.map((action, index) => (
          <li key={index}>
            <span className={`mode mode-${action.mode === "would_have" ? "passive" : "active"}`}>{words(action.mode).toLowerCase()}</span>{" "}
            {action.text || `${words(action.action)}: ${action.target}`}
          </li>
        ))}
      </ol>
      {more}
    </section>
  );
}
