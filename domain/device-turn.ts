/** Work that a worker has accepted and that waits for its device, in the order in which it came. */
export interface WaitingTurn {
  /** Temporal's priority key: the smaller, the more urgent. */
  readonly rank: number;
  /** Its model is loaded. */
  readonly warm: boolean;
  /** How often other work that came later went first. */
  readonly passedOver: number;
}

/** So often may others go first, because their model is loaded, before waiting counts for more. */
export const passedOverAtMost = 8;

/**
 * Index of the one that takes the device next. Urgency counts most. Among equals, work for a loaded model goes first, so that
 * a model is loaded once for several cases, unless somebody has been passed over too often. Then the order of coming.
 */
export function nextTurn(waiting: readonly WaitingTurn[]): number | undefined {
  const urgent = Math.min(...waiting.map(({ rank }) => rank));
  const among = waiting.map((each, at) => ({ ...each, at })).filter(({ rank }) => rank === urgent);
  const chosen =
    among.find(({ passedOver }) => passedOver >= passedOverAtMost) ??
    among.find(({ warm }) => warm) ??
    among[0];
  return chosen?.at;
}
