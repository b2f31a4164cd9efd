import { z } from 'zod';
import { HardwareClass } from './hardware-class.js';
import { CampaignName, CaseId, CollectionName, OrganName } from './primitives.js';

/** What one stay on a device came to. Attempts that failed are on record too: they cost as much. */
export const Usage = z.object({
  /** When the device was taken. */
  at: z.iso.datetime(),
  device: z.string(),
  hardwareClass: HardwareClass.optional(),
  deed: z.enum(['train', 'infer']),
  outcome: z.enum(['done', 'failed']),
  modelId: z.string(),
  organs: z.array(OrganName).min(1),
  campaign: CampaignName,
  collection: CollectionName.optional(),
  caseId: CaseId.optional(),
  /** Time on the device, loading of the model included. */
  seconds: z.number().nonnegative(),
  /** 0 where the model was loaded already. */
  loadSeconds: z.number().nonnegative(),
  /** Most device memory in use, where the device tells. */
  peakMemoryMb: z.number().nonnegative().optional(),
});
export type Usage = z.infer<typeof Usage>;

export const usageGroupings = ['model', 'organ', 'collection', 'case', 'device'] as const;
export type UsageGrouping = (typeof usageGroupings)[number];

/** Device time of everything that shares a name. */
export interface UsageRow {
  readonly name: string;
  readonly trainings: number;
  readonly inferences: number;
  readonly seconds: number;
  /** Of these, time on loading models and on attempts that failed. */
  readonly loadSeconds: number;
  readonly failedSeconds: number;
  /** Mean time of an inference that was done; undefined without one. */
  readonly secondsPerInference?: number;
  /** Share of the time between first and last use during which the device was in use; only by device. */
  readonly utilisation?: number;
}

/** Device time by what it was used for, most first. A model of several organs spends its time on each in equal parts. */
export function summariseUsage(usages: readonly Usage[], by: UsageGrouping): UsageRow[] {
  const groups = new Map<string, { usage: Usage; share: number }[]>();
  for (const usage of usages) {
    const names = namesOf(usage, by);
    for (const name of names) {
      const group = groups.get(name) ?? [];
      groups.set(name, [...group, { usage, share: 1 / names.length }]);
    }
  }
  const rows = [...groups].map(([name, parts]) => rowOf(name, parts, by));
  return rows.sort((one, other) => other.seconds - one.seconds || (one.name < other.name ? -1 : 1));
}

function namesOf(usage: Usage, by: UsageGrouping): readonly string[] {
  const { organs, collection = '(training)', caseId } = usage;
  if (by === 'organ') return organs;
  if (by === 'collection') return [collection];
  if (by === 'case') return [caseId === undefined ? collection : `${collection}/${caseId}`];
  if (by === 'model') return [usage.modelId];
  return [usage.hardwareClass === undefined ? usage.device : `${usage.device} (${usage.hardwareClass})`];
}

function rowOf(name: string, parts: readonly { usage: Usage; share: number }[], by: UsageGrouping): UsageRow {
  const sum = (of: (usage: Usage) => number) =>
    parts.reduce((total, { usage, share }) => total + share * of(usage), 0);
  const inferred = parts.filter(({ usage }) => usage.deed === 'infer' && usage.outcome === 'done');
  const inferredSeconds = inferred.reduce((total, { usage, share }) => total + share * usage.seconds, 0);
  return {
    name,
    trainings: parts.filter(({ usage }) => usage.deed === 'train' && usage.outcome === 'done').length,
    inferences: inferred.length,
    seconds: sum(({ seconds }) => seconds),
    loadSeconds: sum(({ loadSeconds }) => loadSeconds),
    failedSeconds: sum(({ outcome, seconds }) => (outcome === 'failed' ? seconds : 0)),
    ...(inferred.length === 0 ? {} : { secondsPerInference: inferredSeconds / inferred.length }),
    ...(by === 'device' ? { utilisation: utilisationOf(parts.map(({ usage }) => usage)) } : {}),
  };
}

function utilisationOf(usages: readonly Usage[]): number {
  const starts = usages.map(({ at }) => Date.parse(at) / 1000);
  const ends = usages.map(({ seconds }, n) => starts[n]! + seconds);
  const span = Math.max(...ends) - Math.min(...starts);
  return span <= 0 ? 1 : Math.min(1, usages.reduce((total, { seconds }) => total + seconds, 0) / span);
}
