import { Passport } from '../domain/case.js';
import { type CaseAddress, casesPrefix, passportKey } from '../domain/keys.js';
import { type Organ, organs } from '../domain/organ.js';
import { requireJson } from '../storage/json.js';
import { mapBounded } from '../storage/map-bounded.js';
import type { ObjectStore } from '../storage/object-store.js';
import { readResult } from '../storage/results.js';

type OrganVolumes = Partial<Record<Organ, number>>;

/** Median and spread need no more cases than this, and looking for them must not hold a submission up. */
const mostCases = 200;
const readsAtOnce = 16;
/** How long a look at the finished cases counts. */
const freshMs = 60_000;

interface Known {
  lookedAt: number;
  /** By case; a case that is opened again counts as it was. */
  readonly cases: Map<string, OrganVolumes>;
}

const looks = new WeakMap<ObjectStore, Map<string, Known>>();

/**
 * Volumes in mL of the labels that were verified in the finished cases of a case's collection, by organ; the case itself and those
 * whose voxel sides nobody knows are left out. Looks at most once a minute, at up to `mostCases`.
 */
export async function acceptedVolumes(
  store: ObjectStore,
  at: CaseAddress,
  now = Date.now(),
): Promise<Partial<Record<Organ, number[]>>> {
  const known = knownOf(store, `${at.campaign}/${at.collection}`);
  if (now - known.lookedAt > freshMs) {
    known.lookedAt = now;
    await look(store, at, known);
  }
  const others = [...known.cases].filter(([caseId]) => caseId !== at.caseId).map(([, volumes]) => volumes);
  return Object.fromEntries(organs.map((organ) => [organ, others.flatMap((each) => each[organ] ?? [])]));
}

function knownOf(store: ObjectStore, name: string): Known {
  const byName = looks.get(store) ?? new Map<string, Known>();
  looks.set(store, byName);
  const known = byName.get(name) ?? { lookedAt: Number.NEGATIVE_INFINITY, cases: new Map() };
  byName.set(name, known);
  return known;
}

async function look(store: ObjectStore, at: CaseAddress, known: Known): Promise<void> {
  const names = await store.folders(`${casesPrefix(at.campaign)}${at.collection}/`);
  const wanted = names.filter((caseId) => !known.cases.has(caseId));
  await mapBounded(wanted.slice(0, mostCases), readsAtOnce, async (caseId) => {
    if (known.cases.size >= mostCases) return;
    const volumes = await volumesOf(store, { ...at, caseId });
    if (volumes !== undefined) known.cases.set(caseId, volumes);
  });
}

async function volumesOf(store: ObjectStore, at: CaseAddress): Promise<OrganVolumes | undefined> {
  const result = await readResult(store, at);
  if (result === undefined) return undefined;
  const { geometry } = await requireJson(store, passportKey(at), Passport);
  if (geometry === undefined || geometry.spacingUnknown) return {};
  const [i, j, k] = geometry.spacingMm;
  const drawn = result.labels.filter(({ voxels }) => voxels > 0);
  return Object.fromEntries(drawn.map(({ organ, voxels }) => [organ, (voxels * i * j * k) / 1000]));
}
