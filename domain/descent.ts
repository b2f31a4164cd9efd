/** That one model learned from another: by its pseudo-labels, or as the one that training went on from. */
export interface Descent {
  readonly model: string;
  readonly from: string;
}

/**
 * Models that learned from any of the given ones, over any number of steps, with the model that each learned it from;
 * the given ones are not among them.
 */
export function descendants(given: Iterable<string>, descents: readonly Descent[]): Map<string, string> {
  const known = new Set(given);
  const found = new Map<string, string>();
  // A set grows while it is gone through: what is found is looked at in turn.
  for (const from of known) {
    for (const { model } of descents.filter((each) => each.from === from && !known.has(each.model))) {
      known.add(model);
      found.set(model, from);
    }
  }
  return found;
}
