import type { CaseGroups } from './case-groups.js';
import { splitCases } from './split.js';

/** A case that judges or that a model was trained on: by its name and by its image. */
export interface ScanName {
  readonly name: string;
  readonly imageSha256: string;
}

type Groups = CaseGroups['groups'];

/** The cases that show the same scan or patient as a case, itself among them. */
export function copiesOf(name: string, groups: Groups): readonly string[] {
  return groups.find((group) => group.includes(name)) ?? [name];
}

/**
 * Tells which case that a model was trained on shows the scan or the patient of another: the case itself, its image under another
 * name, or a copy of it. Undefined where none does.
 */
export function leaks(trainedOn: readonly ScanName[], groups: Groups): (of: ScanName) => string | undefined {
  const copies = new Map(groups.flatMap((group) => group.map((name) => [name, group])));
  const names = new Map<string, string>();
  const images = new Map<string, string>();
  for (const { name, imageSha256 } of trainedOn) {
    for (const each of copies.get(name) ?? [name]) if (!names.has(each)) names.set(each, name);
    names.set(name, name);
    images.set(imageSha256, name);
  }
  return ({ name, imageSha256 }) => names.get(name) ?? images.get(imageSha256);
}

/**
 * Draws held-out cases: so many of the eligible ones as make up the share of all cases, never a part of a group. All of
 * the eligible where they are fewer. The same cases, groups, share and seed give the same choice.
 */
export function drawHeldOut(
  eligible: readonly string[],
  all: number,
  { groups, share, seed }: { groups: Groups; share: number; seed: number },
): string[] {
  const wanted = Math.ceil(share * all);
  if (wanted >= eligible.length) return [...eligible].sort();
  if (wanted === 0) return [];
  const shares = { heldOut: wanted / eligible.length, rest: 1 - wanted / eligible.length };
  return splitCases({ cases: eligible, groups, shares, seed }).heldOut!;
}
