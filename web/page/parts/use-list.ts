import { useState } from 'preact/hooks';
import { useKeys } from '../state/keys.js';

/** Keys of a list: j and k choose a line, Enter opens it. Returns which line is chosen. */
export function useListKeys(
  length: number,
  open: (line: number) => void,
  active = true,
): [number, (line: number) => void] {
  const [chosen, choose] = useState(0);
  const line = Math.min(chosen, Math.max(0, length - 1));
  const bindings = [
    { key: 'j', does: 'next line', run: () => choose(Math.min(line + 1, Math.max(0, length - 1))) },
    { key: 'k', does: 'line before', run: () => choose(Math.max(line - 1, 0)) },
    { key: 'Enter', does: 'open the line', run: () => length > 0 && open(line) },
  ];
  useKeys(active ? bindings : []);
  return [line, choose];
}
