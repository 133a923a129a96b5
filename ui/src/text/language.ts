// The language of the page, remembered in this browser. English texts are the keys; a text without its Japanese does not compile.
import { JA } from "./japanese.ts";

export type Lang = "en" | "ja";
export type Key = keyof typeof JA;

const STORED = "weft-language";
let current: Lang = "en";

export const language = (): Lang => current;

export function storedLanguage(): Lang {
  try {
    const text = localStorage.getItem(STORED);
    if (text === "en" || text === "ja") return text;
    return navigator.language.startsWith("ja") ? "ja" : "en";
  } catch {
    return "en";
  }
}

/** What is drawn after this is in that language; the caller draws anew. */
export function applyLanguage(lang: Lang, remember = false): void {
  current = lang;
  document.documentElement.lang = lang;
  try {
    if (remember) localStorage.setItem(STORED, lang);
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
}

/** The text in the page's language, with `{name}` places filled. */
export function t(key: Key, places: Record<string, string | number> = {}): string {
  const text = current === "ja" ? JA[key] : key;
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (name in places ? String(places[name]) : whole));
}

/** A word from outside (a role, an act) in the page's language; as it is when the page does not know it. */
export function word(text: string): string {
  return current === "ja" && text in JA ? JA[text as Key] : text;
}

/** Of a text in both languages the page's half; the English one where there is no Japanese. */
export const pick = (en: string | null | undefined, ja: string | null | undefined): string => (current === "ja" && ja ? ja : (en ?? ""));
