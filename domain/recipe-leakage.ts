import { type CasePair, kinshipText } from './case-groups.js';

/** A test case that training has seen. */
export interface Leak {
  readonly training: string;
  readonly test: string;
  /** How it is known. */
  readonly why: string;
}

/** What is known of cases that belong together. */
export interface Kinship {
  readonly pairs: readonly CasePair[];
  /** Connected cases: one scan or one patient. */
  readonly groups: readonly (readonly string[])[];
}

/**
 * Every test case that is in training too, or shows the scan or the patient of a training case; each with one training
 * case. Pure; empty where training and test have nothing in common.
 */
export function leaksBetween(
  training: readonly string[],
  test: readonly string[],
  { pairs, groups }: Kinship,
): Leak[] {
  const trained = new Set(training);
  const groupOf = new Map(groups.flatMap((group) => group.map((name) => [name, group] as const)));
  return [...new Set(test)].flatMap((name): Leak[] => {
    if (trained.has(name)) return [{ training: name, test: name, why: 'the same case' }];
    const proved = pairs.find(
      ({ first, second }) =>
        (first === name && trained.has(second)) || (second === name && trained.has(first)),
    );
    if (proved !== undefined) {
      const other = proved.first === name ? proved.second : proved.first;
      return [{ training: other, test: name, why: kinshipText(proved.same) }];
    }
    const kin = groupOf.get(name)?.find((other) => trained.has(other));
    return kin === undefined
      ? []
      : [{ training: kin, test: name, why: 'connected by other cases of one scan or patient' }];
  });
}

const namedAtMost = 10;

/** What is said of a recipe whose tests leak into its training; the pairs by name. */
export function leakageText(leaks: readonly Leak[]): string {
  const lines = leaks
    .slice(0, namedAtMost)
    .map(({ training, test, why }) => `  ${test} is tested, ${training} is trained on: ${why}`);
  const rest = leaks.length - lines.length;
  return [
    `${leaks.length} of its test cases ${leaks.length === 1 ? 'is' : 'are'} known to its training:`,
    ...lines,
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    'leave cases away with `except` in the recipe, or let training pass over them with `besidesTests`',
  ].join('\n');
}
