/** Names come from outside: not more than these are remembered. */
const mostKept = 1000;

/**
 * Keeps what `read` found for each name for a moment, so that many who look at one thing cost one reading. With `staleMs`
 * who asks after that moment is given what is known while it is read anew, until that is so old.
 */
export function kept<Found>(
  freshMs: number,
  read: (name: string) => Promise<Found>,
  staleMs = freshMs,
): (name: string) => Promise<Found> {
  interface Kept {
    readonly at: number;
    readonly found: Promise<Found>;
    /** Once it is being read anew. */
    next?: Promise<unknown> | undefined;
  }
  const known = new Map<string, Kept>();
  const readAnew = (name: string): Promise<Found> => {
    const one: Kept = { at: Date.now(), found: read(name) };
    known.set(name, one);
    one.found.catch(() => known.get(name) === one && known.delete(name));
    return one.found;
  };
  return (name) => {
    if (known.size > mostKept) known.clear();
    const there = known.get(name);
    const age = there === undefined ? Number.POSITIVE_INFINITY : Date.now() - there.at;
    if (there === undefined || age >= Math.max(freshMs, staleMs)) return readAnew(name);
    if (age >= freshMs) {
      there.next ??= read(name).then(
        (found) => known.set(name, { at: Date.now(), found: Promise.resolve(found) }),
        () => {
          there.next = undefined;
        },
      );
    }
    return there.found;
  };
}
