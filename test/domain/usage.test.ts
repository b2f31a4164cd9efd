import { describe, expect, it } from 'vitest';
import { summariseUsage, Usage } from '../../domain/usage.js';

const usage = (more: Partial<Usage>): Usage =>
  Usage.parse({
    at: '2026-01-01T00:00:00.000Z',
    device: 'here-0',
    deed: 'infer',
    outcome: 'done',
    modelId: 'a',
    organs: ['spleen'],
    campaign: 'first',
    collection: 'lits',
    caseId: 'volume-0',
    seconds: 10,
    loadSeconds: 0,
    ...more,
  });
const { collection: _, caseId: __, ...training } = usage({ deed: 'train', seconds: 100 });

describe('device time', () => {
  const all = [
    usage({ loadSeconds: 4 }),
    usage({ caseId: 'volume-1', seconds: 6, at: '2026-01-01T00:00:20.000Z' }),
    usage({ caseId: 'volume-1', seconds: 3, outcome: 'failed', at: '2026-01-01T00:00:30.000Z' }),
    usage({ modelId: 'b', organs: ['liver', 'spleen'], seconds: 8, at: '2026-01-01T00:00:32.000Z' }),
  ];

  it('adds up by model, failed attempts included and shown', () => {
    expect(summariseUsage([...all, training], 'model')).toEqual([
      {
        name: 'a',
        trainings: 1,
        inferences: 2,
        seconds: 119,
        loadSeconds: 4,
        failedSeconds: 3,
        secondsPerInference: 8,
      },
      {
        name: 'b',
        trainings: 0,
        inferences: 1,
        seconds: 8,
        loadSeconds: 0,
        failedSeconds: 0,
        secondsPerInference: 8,
      },
    ]);
  });

  it('of a model of several organs is each organ’s in equal parts, so that the sum stays', () => {
    const rows = summariseUsage(all, 'organ');
    expect(rows.map(({ name, seconds }) => [name, seconds])).toEqual([
      ['spleen', 23],
      ['liver', 4],
    ]);
  });

  it('adds up by case and by collection, training for itself', () => {
    const seconds = (by: 'case' | 'collection') =>
      summariseUsage([...all, training], by).map((row) => [row.name, row.seconds]);
    expect(seconds('case')).toEqual([
      ['(training)', 100],
      ['lits/volume-0', 18],
      ['lits/volume-1', 9],
    ]);
    expect(seconds('collection')).toEqual([
      ['(training)', 100],
      ['lits', 27],
    ]);
  });

  it('tells of a device for how much of the time it was in use', () => {
    // 27 seconds of the 40 from the first start to the last end.
    expect(summariseUsage(all, 'device')).toMatchObject([{ name: 'here-0', utilisation: 27 / 40 }]);
    expect(summariseUsage([usage({ hardwareClass: 'a100' })], 'device')).toMatchObject([
      { name: 'here-0 (a100)', utilisation: 1 },
    ]);
  });

  it('is nothing where nothing was used', () => {
    expect(summariseUsage([], 'model')).toEqual([]);
  });
});
