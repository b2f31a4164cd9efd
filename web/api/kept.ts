/** Names come from outside: not more than these are remembered. */
const mostKept = 1000;

/** Keeps what `read` found for each name for a moment, so that many who look at one thing cost one reading. */
export function kept<Found>(
  freshMs: number,
  read: (name: string) => Promise<Found>,
): (name: string) => Promise<Found> {
  const known = new Map<string, { readonly at: number; readonly found: Promise<Found> }>();
  return (name) => {
    if (known.size > mostKept) known.clear();
    const there = known.get(name);
    if (there !== undefined && Date.now() - there.at < freshMs) return there.found;
    const found = read(name);
    known.set(name, { at: Date.now(), found });
    found.catch(() => known.delete(name));
    return found;
  };
}
