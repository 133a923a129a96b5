// A domain of evidence as icon and word, in its colour.
import { domainName } from "../text/names.ts";

const PATHS: Record<string, string> = {
  email: "M2 4h12v8H2z M2 4.5l6 4 6-4",
  saas: "M4.6 12.5a3 3 0 0 1-.3-6 4 4 0 0 1 7.6-.6 3.3 3.3 0 0 1-.4 6.6z",
  network: "M8 2.5v4 M8 6.5L3.5 11 M8 6.5l4.5 4.5 M8 6.5V11 M6.6 1.6h2.8v2.4H6.6z M2 11h3v2.6H2z M6.5 11h3v2.6h-3z M11 11h3v2.6h-3z",
};

export function DomainIcon({ domain }: { domain: string }) {
  return (
    <svg className={`icon domain-${PATHS[domain] ? domain : "other"}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[domain] ?? "M8 3a5 5 0 1 0 .01 0z"} />
    </svg>
  );
}

export function Domain({ domain }: { domain: string }) {
  return (
    <span className="domain">
      <DomainIcon domain={domain} /> {domainName(domain)}
    </span>
  );
}

export function Domains({ domains }: { domains: string[] }) {
  return (
    <span className="domains">
      {domains.map((domain) => (
        <Domain key={domain} domain={domain} />
      ))}
    </span>
  );
}
