import type { CampaignPlan, LeftOut } from '../domain/campaign.js';
import type { Passport } from '../domain/case.js';
import { CaseGroups, type CasePair, groupsOf } from '../domain/case-groups.js';
import { caseGroupsKey, manifestKey, sketchKey } from '../domain/keys.js';
import { ScanSketch } from '../domain/same-scan.js';
import { exactDuplicates, similarFinding, turnedFinding } from '../sources/duplicates.js';
import { mayBeSame, type ReadSketch, readSketch } from '../sources/scan-sketch.js';
import { getContent } from '../storage/content.js';
import { publishJson, readJson, requireJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { Dependencies } from './dependencies.js';
import { Manifest } from './ingest.js';
import { withdrawnFinding } from './left-out.js';
import type { CopyProof } from './volume-work.js';

type Means = Pick<Dependencies, 'store' | 'work'>;

interface SketchedCase {
  readonly name: string;
  readonly passport: Passport;
  readonly sketch: ReadSketch;
}

/** Sketches read at once, and pairs whose voxels are compared at once: each of these holds two volumes. */
const readsAtOnce = 16;
const comparisonsAtOnce = 2;
/** After so many comparisons of fingerprints other work of the process has its turn. */
const turnEvery = 2000;

export function nameOf({ collection, caseId }: { collection: string; caseId: string }): string {
  return `${collection}/${caseId}`;
}

/**
 * Cases that are left out as copies: those that their collection withdrew, those with the voxels of an earlier one, those that
 * show the scan of an earlier one otherwise. Which cases belong together is written down with the proof.
 */
export async function findCopies(
  { store, work }: Means,
  plan: CampaignPlan,
  passports: readonly Passport[],
): Promise<LeftOut[]> {
  const { campaign } = plan;
  const accepted = passports.filter((each) => each.status === 'accepted');
  const withdrawn: LeftOut[] = [];
  const known: CasePair[] = [];
  for (const { collection } of plan.collections) {
    const manifest = await requireJson(store, manifestKey(campaign, collection), Manifest);
    for (const { caseId, withdrawnCopyOf } of manifest.cases) {
      if (withdrawnCopyOf === undefined) continue;
      const copy = passports.find((each) => each.collection === collection && each.caseId === caseId);
      const original = accepted.find(
        (each) => each.collection === collection && each.caseId === withdrawnCopyOf,
      );
      const proof = await compare({ store, work }, copy, original);
      const [first, second] = [
        nameOf({ collection, caseId: withdrawnCopyOf }),
        nameOf({ collection, caseId }),
      ];
      known.push({ first, second, same: { kind: 'withdrawn' } });
      withdrawn.push({ collection, caseId, finding: withdrawnFinding(caseId, withdrawnCopyOf, proof) });
    }
  }
  const out = new Set(withdrawn.map(nameOf));
  const exact = exactOf(accepted.filter((each) => !out.has(nameOf(each))));
  const groups = await groupCases({ store, work }, campaign, passports, known);
  await publishJson(store, caseGroupsKey(campaign), CaseGroups.parse(groups));
  const gone = new Set([...withdrawn, ...exact].map(nameOf));
  return [...withdrawn, ...exact, ...leftOutOf(groups, passports, gone)];
}

async function compare(
  { store, work }: Means,
  copy: Passport | undefined,
  original: Passport | undefined,
): Promise<CopyProof | undefined> {
  if (copy?.image === undefined || original?.image === undefined) return undefined;
  const files = {
    copy: await getContent(store, copy.image),
    original: await getContent(store, original.image),
  };
  // Without proof the case is left out all the same, as withdrawn.
  return work.provesCopy(files).catch(() => undefined);
}

function exactOf(passports: readonly Passport[]): LeftOut[] {
  const named = passports.map(({ collection, caseId, voxels }) => ({
    collection,
    caseId,
    ...(voxels === undefined ? {} : { voxelSha256: voxels.voxelSha256 }),
  }));
  return exactDuplicates(named).map(({ duplicate: { collection, caseId }, finding }) => ({
    collection,
    caseId,
    finding,
  }));
}

/**
 * Which cases of a campaign show one scan. Every two sketches are compared; where they agree the voxels decide.
 * `known` are pairs that need no proof: copies that a collection withdrew. Equal passports give equal groups.
 */
async function groupCases(
  { store, work }: Means,
  campaign: string,
  passports: readonly Passport[],
  known: readonly CasePair[],
): Promise<CaseGroups> {
  const sketched = await sketchesOf({ store }, campaign, passports);
  const candidates = await candidatesOf(sketched);
  const proven = await mapBounded(candidates, comparisonsAtOnce, async ([one, other]) => {
    const same = await work.sameScan({
      one: await scanOf(one.passport),
      other: await scanOf(other.passport),
    });
    return same === undefined ? [] : [{ first: one.name, second: other.name, same }];
  });
  const pairs = proven.flat();
  const unproven = known.filter(
    ({ first, second }) =>
      !pairs.some((pair) => [pair.first, pair.second].sort().join() === [first, second].sort().join()),
  );
  const all = [...pairs, ...unproven];
  const names = passports.map(nameOf);
  return { compared: sketched.length, looked: candidates.length, pairs: all, groups: groupsOf(names, all) };

  async function scanOf({ image, geometry }: Passport) {
    return { file: await getContent(store, image!), geometry: geometry! };
  }
}

async function sketchesOf(
  { store }: Pick<Means, 'store'>,
  campaign: string,
  passports: readonly Passport[],
): Promise<SketchedCase[]> {
  const withImage = passports.filter(({ image, geometry }) => image !== undefined && geometry !== undefined);
  const read = await mapBounded(withImage, readsAtOnce, async (passport) => {
    const at = { campaign, collection: passport.collection, caseId: passport.caseId };
    const sketch = await readJson(store, sketchKey(at), ScanSketch);
    return sketch === undefined ? [] : [{ name: nameOf(passport), passport, sketch: readSketch(sketch) }];
  });
  return read.flat();
}

async function candidatesOf(cases: readonly SketchedCase[]): Promise<[SketchedCase, SketchedCase][]> {
  const candidates: [SketchedCase, SketchedCase][] = [];
  let compared = 0;
  for (const [n, other] of cases.entries()) {
    for (const one of cases.slice(0, n)) {
      if (mayBeSame(one.sketch, other.sketch)) candidates.push([one, other]);
      compared += 1;
      if (compared % turnEvery === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return candidates;
}

/**
 * Of every group the first accepted case stays, the others are left out. `gone` have been left out already and do not
 * count. Voxels equal but turned exclude a case; a copy that was cut, resampled or re-windowed waits for a person.
 */
function leftOutOf(
  { pairs, groups }: CaseGroups,
  passports: readonly Passport[],
  gone: ReadonlySet<string>,
): LeftOut[] {
  return groups.flatMap((group) => {
    const present = passports.filter(
      (each) => each.status === 'accepted' && group.includes(nameOf(each)) && !gone.has(nameOf(each)),
    );
    const [stays, ...others] = present;
    return others.map(({ collection, caseId }) => {
      const name = nameOf({ collection, caseId });
      const proof =
        pairs.find(({ first, second }) => first === nameOf(stays!) && second === name) ??
        pairs.find(({ first, second }) => first === name || second === name)!;
      const original = proof.first === name ? proof.second : proof.first;
      const finding = (proof.same.kind === 'turned' ? turnedFinding : similarFinding)(
        name,
        original,
        proof.same,
      );
      return { collection, caseId, finding };
    });
  });
}
