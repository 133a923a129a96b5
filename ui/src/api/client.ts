// Calls of the API. Knows addresses and problem details; must not know the page.
import type { DecisionItem, IncidentFinding, IncidentPage, Me, OcsfEvent, Problem, Status, StatusReport, VerdictItem, VerdictRequest } from "./types.ts";

/** The service refused; `status` 0 means that it could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: "same-origin",
      ...(method === "GET" ? {} : { headers: { "content-type": "application/json" }, body: body === undefined ? null : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "weft does not answer; is it still running?");
  }
  if (!response.ok) {
    const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
    throw new ApiError(response.status, problem?.title ? `${problem.title}: ${problem.detail ?? ""}` : `the service answered ${response.status}`);
  }
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export interface ListFilter {
  q: string;
  domain: string;
  status: string;
  minScore: string;
  offset: number;
}

export const PAGE_SIZE = 100;

export function listAddress(filter: ListFilter): string {
  const query = new URLSearchParams({ limit: String(PAGE_SIZE), offset: String(filter.offset) });
  if (filter.q.trim()) query.set("q", filter.q.trim());
  if (filter.domain) query.set("domain", filter.domain);
  if (filter.status) query.set("status", filter.status);
  if (filter.minScore) query.set("min_score", filter.minScore);
  return `/api/v1/incidents?${query}`;
}

const incidentAddress = (uid: string) => `/api/v1/incidents/${encodeURIComponent(uid)}`;

export const api = {
  me: (signal?: AbortSignal) => call<Me>("GET", "/api/v1/me", undefined, signal),
  login: (user: string, password: string) => call<Me>("POST", "/api/v1/login", { user, password }),
  logout: () => call<void>("POST", "/api/v1/logout"),
  incidents: (filter: ListFilter, signal?: AbortSignal) => call<IncidentPage>("GET", listAddress(filter), undefined, signal),
  incident: (uid: string, signal?: AbortSignal) => call<IncidentFinding>("GET", incidentAddress(uid), undefined, signal),
  setStatus: (uid: string, status: Status) => call<IncidentFinding>("PATCH", incidentAddress(uid), { status }),
  decisions: (uid: string, signal?: AbortSignal) => call<DecisionItem[]>("GET", `${incidentAddress(uid)}/decisions`, undefined, signal),
  verdicts: (uid: string, signal?: AbortSignal) => call<VerdictItem[]>("GET", `${incidentAddress(uid)}/verdicts`, undefined, signal),
  giveVerdict: (uid: string, verdict: VerdictRequest) => call<VerdictItem>("POST", `${incidentAddress(uid)}/verdicts`, verdict),
  undoVerdict: (id: number) => call<void>("DELETE", `/api/v1/verdicts/${id}`),
  event: (uid: string, signal?: AbortSignal) => call<OcsfEvent>("GET", `/api/v1/events/${encodeURIComponent(uid)}`, undefined, signal),
  status: (signal?: AbortSignal) => call<StatusReport>("GET", "/api/v1/status", undefined, signal),
};
