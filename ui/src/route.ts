// Two addresses: the list at /, one incident at /incidents/{uid}.
import { useEffect, useState } from "react";

export type Route = { page: "list" } | { page: "incident"; uid: string };

export function parseRoute(path: string): Route {
  const match = /^\/incidents\/([^/]+)\/?$/.exec(path);
  if (!match?.[1]) return { page: "list" };
  try {
    return { page: "incident", uid: decodeURIComponent(match[1]) };
  } catch {
    return { page: "list" };
  }
}

export const incidentPath = (uid: string): `/${string}` => `/incidents/${encodeURIComponent(uid)}`;

export function go(path: string): void {
  history.pushState(null, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
  scrollTo(0, 0);
}

export function useRoute(): Route {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const update = () => setPath(location.pathname);
    addEventListener("popstate", update);
    return () => removeEventListener("popstate", update);
  }, []);
  return parseRoute(path);
}
