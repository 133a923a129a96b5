// Loads something and loads it again when `key` or `version` changes; the old value stays visible meanwhile.
import { useEffect, useState } from "react";
import { ApiError } from "./client.ts";

export interface Loaded<T> {
  value: T | undefined;
  error: ApiError | undefined;
}

export function useLoaded<T>(key: string, version: number, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<Loaded<T> & { key: string }>({ key, value: undefined, error: undefined });
  useEffect(() => {
    const abort = new AbortController();
    load(abort.signal).then(
      (value) => setState({ key, value, error: undefined }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const known = error instanceof ApiError ? error : new ApiError(0, String(error));
        setState((before) => ({ key, value: before.key === key ? before.value : undefined, error: known }));
      },
    );
    return () => abort.abort();
    // `load` is made anew on every render; `key` says what it loads.
  }, [key, version]);
  return state.key === key ? state : { value: undefined, error: undefined };
}
