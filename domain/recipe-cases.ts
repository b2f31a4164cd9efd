import { groupsOf } from './case-groups.js';
import { drawnOrder } from './draw.js';
import type { CaseSource, Selection } from './recipe.js';

/** A finished case that recipes may take. */
export interface PoolCase extends Required<CaseSource> {
  /** `collection/case`. */
  readonly name: string;
}

export interface Pool {
  /** In the campaign's order. */
  readonly cases: readonly PoolCase[];
  /** Names of cases that show one scan or one patient. */
  readonly groups: readonly (readonly string[])[];
}

/** The cases that a selection comes to in a campaign; of `hardest` all candidates, which are ranked later. */
export interface Chosen {
  readonly asked: number;
  /** Cases of the campaign that fit. */
  readonly found: number;
  readonly cases: readonly string[];
}

/**
 * Pure: the same selection, pool and seed give the same cases in the campaign's order. A draw takes cases of one group
 * together or not at all, so that no scan counts for half; `passOver` are names that are not to be taken.
 */
export function chooseCases(
  selection: Selection,
  pool: Pool,
  seed: number,
  passOver: ReadonlySet<string> = new Set(),
): Chosen {
  const { from, asked, choose, except = [] } = selection;
  const candidates = pool.cases.filter(
    (each) =>
      from.some((source) => fits(each, source)) && !except.includes(each.name) && !passOver.has(each.name),
  );
  const names = candidates.map(({ name }) => name);
  const cases = choose.how === 'seeded' ? draw(names, pool.groups, asked, seed) : names;
  return { asked, found: names.length, cases };
}

function fits({ collection, subset }: PoolCase, source: CaseSource): boolean {
  return collection === source.collection && (source.subset === undefined || subset === source.subset);
}

function draw(names: readonly string[], groups: Pool['groups'], count: number, seed: number): string[] {
  const taken = new Set<string>();
  const units = drawnOrder(unitsOf(names, groups), String(seed), (unit) => unit[0]!);
  for (const unit of units) if (taken.size + unit.length <= count) for (const name of unit) taken.add(name);
  return names.filter((name) => taken.has(name));
}

/** Names that belong together, and single ones. */
function unitsOf(names: readonly string[], groups: Pool['groups']): string[][] {
  const joined = groupsOf(names, linksOf(names, groups));
  const grouped = new Set(joined.flat());
  return [...joined, ...names.filter((name) => !grouped.has(name)).map((name) => [name])];
}

function linksOf(names: readonly string[], groups: Pool['groups']) {
  const known = new Set(names);
  return groups.flatMap((group) => {
    const own = group.filter((name) => known.has(name));
    return own.slice(1).map((second) => ({ first: own[0]!, second }));
  });
}

/** The names and all that show the same scans. */
export function withTheirGroups(names: readonly string[], groups: Pool['groups']): Set<string> {
  const wide = new Set(names);
  for (let before = -1; before < wide.size; ) {
    before = wide.size;
    for (const group of groups)
      if (group.some((name) => wide.has(name))) for (const name of group) wide.add(name);
  }
  return wide;
}

/** A candidate and its mean DSC over organs under the ranking model; undefined where there is no figure. */
export interface Ranked {
  readonly name: string;
  readonly dsc: number | undefined;
}

/** The `asked` candidates with the lowest figures, lowest first; equal ones by name. Those without a figure are not taken. */
export function hardestOf(candidates: readonly Ranked[], asked: number): string[] {
  return candidates
    .flatMap(({ name, dsc }) => (dsc === undefined ? [] : [{ name, dsc }]))
    .sort((a, b) => a.dsc - b.dsc || (a.name < b.name ? -1 : 1))
    .slice(0, asked)
    .map(({ name }) => name);
}
