import type { CampaignPlan, LeftOut } from '../domain/campaign.js';
import type { Passport } from '../domain/case.js';
import { CaseGroups, type CopyPair, groupsOf, withPairs } from '../domain/case-groups.js';
import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import { caseGroupsKey, coarseKey, manifestKey, sketchKey } from '../domain/keys.js';
import { patientText } from '../domain/patients.js';
import { ScanSketch } from '../domain/same-scan.js';
import { exactDuplicates, similarFinding, turnedFinding } from '../sources/duplicates.js';
import { getContent } from '../storage/content.js';
import { publishJson, readJson, requireJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { Dependencies } from './dependencies.js';
import { Manifest } from './ingest.js';
import { withdrawnFinding } from './left-out.js';
import type { CoarseScan, CopyProof } from './volume-work.js';

type Means = Pick<Dependencies, 'store' | 'work'>;

interface SketchedCase {
  readonly name: string;
  readonly passport: Passport;
  readonly sketch: ScanSketch;
}

/** Cases that show one scan. */
interface Copies extends CaseGroups {
  pairs: CopyPair[];
}

type CandidatePair = readonly [SketchedCase, SketchedCase];

/** Sketches read at once, and pairs whose voxels are compared at once: each of these holds two volumes. */
const readsAtOnce = 16;
const comparisonsAtOnce = 2;
/** Sketches are small, but a job gets a copy of them: it should take some seconds, at some 0.2 ms a pair. */
const pairsPerJob = 20_000;
const sketchJobsAtOnce = 8;
/** Coarse scans that a job gets, each under a megabyte or so. */
const coarsePerJob = 16;
const coarseJobsAtOnce = 4;

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
  const known: CopyPair[] = [];
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
        caseName({ collection, caseId: withdrawnCopyOf }),
        caseName({ collection, caseId }),
      ];
      known.push({ first, second, same: { kind: 'withdrawn' } });
      withdrawn.push({ collection, caseId, finding: withdrawnFinding(caseId, withdrawnCopyOf, proof) });
    }
  }
  const out = new Set(withdrawn.map(caseName));
  const exact = exactOf(accepted.filter((each) => !out.has(caseName(each))));
  const copies = await groupCases({ store, work }, campaign, passports, known);
  const groups = withPatients(copies, passports.map(caseName), plan.patients);
  await publishJson(store, caseGroupsKey(campaign), CaseGroups.parse(groups));
  const gone = new Set([...withdrawn, ...exact].map(caseName));
  return [...withdrawn, ...exact, ...leftOutOf(copies, passports, gone)];
}

/** The groups with scans of one patient together; these are no copies, and nothing is left out for them. */
function withPatients(
  copies: Copies,
  names: readonly string[],
  patients: CampaignPlan['patients'],
): CaseGroups {
  if (patients === undefined) return copies;
  const known = new Set(names);
  const lost = patients.find(({ first, second }) => !known.has(first) || !known.has(second));
  if (lost !== undefined) {
    const message = `${lost.first} and ${lost.second}: ${patientText(lost.same)}; ingest found only one of them or none. Put the files back, or build another campaign with a table that leaves them out`;
    throw new PlusctError('InvalidInput', message);
  }
  return withPairs(copies, names, patients);
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
  known: readonly CopyPair[],
): Promise<Copies> {
  const sketched = await sketchesOf({ store }, campaign, passports);
  const candidates = await candidatesOf(work, sketched);
  const close = await closePairs({ store, work }, campaign, candidates);
  const proven = await mapBounded(close, comparisonsAtOnce, async ([one, other]) => {
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
  const names = passports.map(caseName);
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
    return sketch === undefined ? [] : [{ name: caseName(passport), passport, sketch }];
  });
  return read.flat();
}

/** Pairs of cases whose sketches agree so well that their voxels are worth comparing. */
async function candidatesOf(
  work: Pick<Means['work'], 'lookAlikes'>,
  cases: readonly SketchedCase[],
): Promise<CandidatePair[]> {
  const sketches = cases.map(({ sketch }) => sketch);
  const alike = await mapBounded(rowsOf(cases.length), sketchJobsAtOnce, ({ from, to }) =>
    work.lookAlikes({ sketches: sketches.slice(0, to), from, to }),
  );
  return alike.flat().map(([m, n]) => [cases[m]!, cases[n]!] as const);
}

/** The candidates without those whose coarse scans show already that they are strangers. */
async function closePairs(
  { store, work }: Means,
  campaign: string,
  candidates: readonly CandidatePair[],
): Promise<CandidatePair[]> {
  const coarsely = async ({
    passport: { collection, caseId },
    sketch,
  }: SketchedCase): Promise<CoarseScan> => {
    const coarse = await store.get(coarseKey({ campaign, collection, caseId }));
    return { sketch, ...(coarse === undefined ? {} : { coarse }) };
  };
  const close = await mapBounded(jobsOf(candidates), coarseJobsAtOnce, async (pairs) => {
    const other = await coarsely(pairs[0]![1]);
    const fits = await work.fitCoarsely({
      ones: await Promise.all(pairs.map(([one]) => coarsely(one))),
      other,
    });
    return pairs.filter((_, n) => fits[n]);
  });
  return close.flat();
}

/** Pairs that follow each other and have the same second, which is then read once; `coarsePerJob` at most. */
export function jobsOf<T>(pairs: readonly (readonly [T, T])[]): (readonly [T, T])[][] {
  const jobs: (readonly [T, T])[][] = [];
  for (const pair of pairs) {
    const last = jobs.at(-1);
    if (last !== undefined && last[0]![1] === pair[1] && last.length < coarsePerJob) last.push(pair);
    else jobs.push([pair]);
  }
  return jobs;
}

/** The triangle of all pairs of `count` sketches, cut into jobs of about `pairsPerJob` pairs. */
export function rowsOf(count: number): { from: number; to: number }[] {
  const jobs: { from: number; to: number }[] = [];
  for (let from = 0; from < count; ) {
    let pairs = 0;
    let to = from;
    while (to < count && pairs < pairsPerJob) pairs += to++;
    jobs.push({ from, to });
    from = to;
  }
  return jobs;
}

/**
 * Of every group the first accepted case stays, the others are left out. `gone` have been left out already and do not
 * count. Voxels equal but turned exclude a case; a copy that was cut, resampled or re-windowed waits for a person.
 */
function leftOutOf(
  { pairs, groups }: Copies,
  passports: readonly Passport[],
  gone: ReadonlySet<string>,
): LeftOut[] {
  return groups.flatMap((group) => {
    const present = passports.filter(
      (each) => each.status === 'accepted' && group.includes(caseName(each)) && !gone.has(caseName(each)),
    );
    const [stays, ...others] = present;
    return others.map(({ collection, caseId }) => {
      const name = caseName({ collection, caseId });
      const proof =
        pairs.find(({ first, second }) => first === caseName(stays!) && second === name) ??
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
