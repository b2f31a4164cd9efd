import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Change } from '../../api/schemas/change.js';
import { getJson } from './api.js';
import { onChanges } from './live.js';

/** Something of the server: what is known of it, what went wrong last, and how to ask again. */
export interface Resource<T> {
  readonly data: T | undefined;
  readonly problem: unknown;
  reload(): void;
}

/**
 * Fetches JSON from `url` and again when a change of the campaign `concerns` it. What was known stays until there is
 * something newer. Nothing is fetched while `url` is undefined.
 */
export function useResource<T>(
  url: string | undefined,
  concerns: (change: Change) => boolean = () => true,
): Resource<T> {
  const [state, setState] = useState<{ url?: string; data?: T; problem?: unknown }>({});
  const [asked, setAsked] = useState(0);
  const isConcerned = useRef(concerns);
  isConcerned.current = concerns;
  useEffect(() => {
    if (url === undefined) return undefined;
    const stop = new AbortController();
    getJson<T>(url, stop.signal).then(
      (data) => setState({ url, data }),
      (problem: unknown) => {
        if (!stop.signal.aborted)
          setState((before) => (before.url === url ? { ...before, problem } : { url, problem }));
      },
    );
    return () => stop.abort();
  }, [url, asked]);
  const reload = useCallback(() => setAsked((count) => count + 1), []);
  useEffect(
    () => onChanges((changes) => changes.some((each) => isConcerned.current(each)) && reload()),
    [reload],
  );
  const current = state.url === url ? state : {};
  return { data: current.data, problem: current.problem, reload };
}
