// Words for the ids of the contract.
import type { Status } from "../api/types.ts";
import { type Key, t, word } from "./language.ts";

export const DOMAINS = ["email", "saas", "network"] as const;
export type DomainName = (typeof DOMAINS)[number];

const DOMAIN_NAMES: Record<string, Key> = { email: "Email", saas: "SaaS", network: "Network" };
export const domainName = (domain: string): string => word(DOMAIN_NAMES[domain] ?? domain);

export const STATUSES: { id: Status; name: string }[] = [
  { id: "new", name: "New" },
  { id: "in_progress", name: "In progress" },
  { id: "on_hold", name: "On hold" },
  { id: "resolved", name: "Resolved" },
  { id: "closed", name: "Closed" },
];
export const statusName = (status: string): string => word(STATUSES.find(({ id }) => id === status)?.name ?? status);
/** From OCSF `status_id`. */
export const statusOf = (id: number): Status => STATUSES[id - 1]?.id ?? "new";

/** `pull_mails` -> `Pull mails`. */
export function words(id: string): string {
  if (id === "ip" || id === "url") return id.toUpperCase();
  const text = id.replaceAll(/[_-]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1)).trimEnd()}…`;
}

/** `3 events`, in the page's language. */
export function plural(count: number, one: "incident" | "indicator" | "event" | "link" | "entry" | "file" | "decision" | "pair"): string {
  const many = one === "entry" ? "entries" : (`${one}s` as const);
  return t(count === 1 ? `{n} ${one}` : `{n} ${many}`, { n: count.toLocaleString("en") });
}
