import { z } from 'zod';
import { PatientPair, patientText, type SamePatient } from './patients.js';
import { evidenceText, SameScan } from './same-scan.js';

/** Two cases, `collection/case`, that show one scan, and the proof. */
export const CopyPair = z.object({ first: z.string(), second: z.string(), same: SameScan });
export type CopyPair = z.infer<typeof CopyPair>;

/** Two cases that show one scan or one person. */
export const CasePair = z.union([CopyPair, PatientPair]);
export type CasePair = z.infer<typeof CasePair>;

/** How it is known that two cases belong together, in one line for people. */
export function kinshipText(same: SameScan | SamePatient): string {
  return same.kind === 'same-patient' ? patientText(same) : evidenceText(same);
}

/** Which cases of a campaign belong together: a split must never part them. */
export const CaseGroups = z.object({
  /** Cases with a sketch; every two of them were compared. */
  compared: z.number().int(),
  /** Pairs whose landmarks agreed well enough for their voxels to be compared. */
  looked: z.number().int(),
  pairs: z.array(CasePair),
  /** Connected cases, in the order of the campaign. */
  groups: z.array(z.array(z.string()).min(2)),
});
export type CaseGroups = z.infer<typeof CaseGroups>;

/** The groups with further pairs; `names` are the campaign's cases in their order. */
export function withPairs(
  found: CaseGroups,
  names: readonly string[],
  more: readonly CasePair[],
): CaseGroups {
  const pairs = [...found.pairs, ...more];
  return { ...found, pairs, groups: groupsOf(names, pairs) };
}

/**
 * Connected components of pairs, each in the order of `names`; names in no pair are left out. Pairs whose names are not
 * all in `names` are passed over.
 */
export function groupsOf(
  names: readonly string[],
  pairs: readonly { readonly first: string; readonly second: string }[],
): string[][] {
  const parent = new Map(names.map((name) => [name, name]));
  const rootOf = (name: string): string => {
    let at = name;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up;
    return at;
  };
  for (const { first, second } of pairs) {
    if (parent.has(first) && parent.has(second)) parent.set(rootOf(second), rootOf(first));
  }
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const root = rootOf(name);
    groups.set(root, [...(groups.get(root) ?? []), name]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
