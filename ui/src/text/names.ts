// Words for the ids of the contract.
import type { Status } from "../api/types.ts";

export const DOMAINS = ["email", "saas", "network"] as const;
export type DomainName = (typeof DOMAINS)[number];

const DOMAIN_NAMES: Record<string, string> = { email: "Email", saas: "SaaS", network: "Network" };
export const domainName = (domain: string): string => DOMAIN_NAMES[domain] ?? domain;

export const STATUSES: { id: Status; name: string }[] = [
  { id: "new", name: "New" },
  { id: "in_progress", name: "In progress" },
  { id: "on_hold", name: "On hold" },
  { id: "resolved", name: "Resolved" },
  { id: "closed", name: "Closed" },
];
export const statusName = (status: string): string => STATUSES.find(({ id }) => id === status)?.name ?? status;
/** From OCSF `status_id`. */
export const statusOf = (id: number): Status => STATUSES[id - 1]?.id ?? "new";

/** `pull_mails` -> `Pull mails`. */
export function words(id: string): string {
  if (id === "ip" || id === "url") return id.toUpperCase();
  const text = id.replaceAll(/[_-]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1)).trimEnd()}…`;
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
