// Puts text on the clipboard and says that it did.
import { useState } from "react";
import { t } from "../text/language.ts";

export function CopyButton({ label, name, text }: { label: string; name?: string; text: () => string }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setSaid(t("Copied"));
    } catch {
      setSaid(t("Not allowed here"));
    }
    setTimeout(() => setSaid(""), 2000);
  };
  return (
    <button type="button" className="quiet copy" onClick={() => void copy()} aria-label={name}>
      <span aria-live="polite">{said || label}</span>
    </button>
  );
}
