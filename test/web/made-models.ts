import { reportErratum } from '../../activities/errata.js';
import { publishManifest } from '../../activities/releases.js';
import type { OrganOutcome, RoundComparison } from '../../domain/round.js';
import { putContent } from '../../storage/content.js';
import { recordDeviceState } from '../../storage/device-states.js';
import { canonicalJson, hashOf } from '../../storage/json.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { publishRound, publishRoundResult } from '../../storage/rounds.js';
import { recordUsage } from '../../storage/usages.js';
import { manifest, releaseCase } from '../domain/releases.js';

/** Two rounds, devices and a release with an erratum, of made figures, as their workflows would have put them on record. */
export async function publishMadeModels(store: ObjectStore, campaign: string, caseId: string): Promise<void> {
  await publishRounds(store, campaign);
  const at = new Date(Date.now() - 3 * 3_600_000).toISOString();
  await recordDeviceState(store, {
    device: `${campaign}-0`,
    hardwareClass: 'a100',
    state: 'at-work',
    memoryMb: 40_000,
    at,
  });
  await recordDeviceState(store, { device: `${campaign}-1`, state: 'failed', reason: 'exit code 1', at });
  const stay = { at, device: `${campaign}-0`, hardwareClass: 'a100', campaign, loadSeconds: 0.4 } as const;
  await recordUsage(store, {
    ...stay,
    deed: 'train',
    outcome: 'done',
    modelId: 'nnunet-spleen',
    organs: ['spleen'],
    seconds: 5000,
  });
  await recordUsage(store, {
    ...stay,
    deed: 'infer',
    outcome: 'failed',
    modelId: 'nnunet-spleen',
    organs: ['spleen'],
    collection: 'lits',
    caseId,
    seconds: 12,
  });
  const released = canonicalJson({ ...manifest([releaseCase(caseId)]), campaign });
  const stored = await putContent(store, new TextEncoder().encode(released));
  await publishManifest(store, { campaign, version: '1.0.0', manifest: stored, at });
  const report = {
    organ: 'spleen',
    release: '1.0.0',
    reason: 'The lowest slices are missing.',
    by: 'ben',
  } as const;
  await reportErratum(store, { campaign, collection: 'lits', caseId, ...report, at: new Date(at) });
}

async function publishRounds(store: ObjectStore, campaign: string): Promise<void> {
  const cases = await putContent(store, new TextEncoder().encode('[]'));
  const roundIds = [1, 2].map((number) => hashOf({ campaign, number }).slice(0, 12));
  for (const roundId of roundIds) {
    await publishRound(store, {
      roundId,
      plan: {
        campaign,
        organs: ['spleen', 'pancreas'],
        studentGroups: [['spleen'], ['pancreas']],
        engine: { name: 'nnunet', version: '2.8.1+1', settings: {} },
        seed: 1,
        fineTune: true,
        gate: { margins: { dsc: 0.01, nsd: 0.02 }, minimumCases: 5 },
        reopenBelowDsc: 0.7,
      },
      snapshot: {
        cases,
        labelled: 61,
        unlabelled: 140,
        heldOut: [],
        teachers: {},
        standing: {},
        contractSha256: 'a'.repeat(64),
      },
    });
  }
  const outcomes: OrganOutcome[] = [
    { ...outcomeOf('spleen', 0.031), verdict: 'promote', reason: 'not worse, and better: +0.031 DSC' },
    { ...outcomeOf('pancreas', -0.02), verdict: 'hold', reason: 'DSC may be lower by 0.027' },
  ];
  const pseudoLabels = { failed: 2, examples: [] };
  await publishRoundResult(store, campaign, {
    roundId: roundIds[0]!,
    taught: { teachers: {}, students: {}, lessons: [], pseudoLabels },
    outcomes,
  });
}

function outcomeOf(organ: OrganOutcome['organ'], difference: number) {
  const figure = (metric: 'dsc' | 'nsd', mean: number) => ({
    metric,
    n: 12,
    incumbentMean: mean,
    candidateMean: mean + difference,
    difference,
    interval: [difference - 0.007, difference + 0.007] as [number, number],
  });
  const comparison: RoundComparison = {
    candidate: 'student',
    is: 'student',
    against: 'standing',
    as: 'standing',
    verdict: difference > 0 ? 'promote' : 'hold',
    reason: '',
    figures: [figure('dsc', 0.93), figure('nsd', 0.88)],
    remarks: [],
  };
  return { organ, candidate: 'student', candidateIs: 'student' as const, comparisons: [comparison] };
}
