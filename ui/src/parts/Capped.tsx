// Long lists show their first part; the rest on request, so that an incident of thousands still opens at once.
import { useState } from "react";
import { t } from "../text/language.ts";

const FIRST = 100;

export function useCapped<T>(items: T[], first = FIRST): { shown: T[]; more: React.ReactNode } {
  const [all, setAll] = useState(false);
  if (all || items.length <= first) return { shown: items, more: null };
  const more = (
    <button type="button" className="quiet" onClick={() => setAll(true)}>
      {t("Show all {n}", { n: items.length.toLocaleString("en") })}
    </button>
  );
  return { shown: items.slice(0, first), more };
}
