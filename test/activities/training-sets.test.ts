import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readLabelVersions } from '../../activities/label-store.js';
import { pseudoLabelDeeds } from '../../activities/pseudo-labels.js';
import { type Composition, trainingSetDeeds } from '../../activities/training-sets.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import type { Organ } from '../../domain/organ.js';
import type { TeachingCase } from '../../domain/teaching.js';
import { TrainingSet } from '../../domain/training-set.js';
import type { Engine } from '../../engines/engine.js';
import { engineByName } from '../../engines/registry.js';
import { getContent, putContent } from '../../storage/content.js';
import { parseJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { putTeachingCases } from '../../storage/teaching-cases.js';
import { labelMapFile, organVoxels, storeMiniCase } from '../workflows/mini-case.js';

const campaign = 'mini';
const work = workVolumesInThreads(1);
let store: ObjectStore;

beforeEach(() => {
  store = memoryStore();
});
afterAll(() => work.close());

const run = <Result>(deed: () => Promise<Result>): Promise<Result> =>
  new MockActivityEnvironment().run<[], Result, typeof deed>(deed);

/** A mini case of which people gave some organs; the others are to be proposed. */
async function teachingCase(caseId: string, given: readonly Organ[], absent: Organ[] = []) {
  const { at, labels, image } = await storeMiniCase(store, campaign, caseId);
  const own = labels.filter(({ organ }) => given.includes(organ));
  const one: TeachingCase = {
    ...at,
    imageSha256: '0'.repeat(64),
    licence: 'none',
    labels: own.map(({ organ, version, voxelSha256 }) => ({
      organ,
      version,
      origin: 'human' as const,
      voxelSha256,
    })),
    absent,
  };
  return { at, image, one };
}

async function propose(of: Awaited<ReturnType<typeof teachingCase>>, organ: Organ, voxels: number[]) {
  const labelMap = await putContent(store, labelMapFile(of.image, { [organ]: voxels }));
  const prediction = { modelId: 'teacher', labelMap };
  const deeds = pseudoLabelDeeds({ store, work });
  await run(() => deeds.keepPseudoLabels({ at: of.at, proposals: [{ organ, prediction }] }));
}

const compose = (more: Pick<Composition, 'cases'> & Partial<Composition>, engine?: Engine) =>
  run(() =>
    trainingSetDeeds({ store, engineByName: engine ? () => engine : engineByName }).composeTrainingSet({
      organs: ['spleen'],
      engine: { name: 'atlas' },
      seed: 1,
      ...more,
    }),
  );

async function setOf(composed: Awaited<ReturnType<typeof compose>>): Promise<TrainingSet> {
  if ('none' in composed) throw new Error(composed.none);
  return parseJson(await getContent(store, composed.set), 'set', TrainingSet);
}

describe('a training set out of cases and label versions', () => {
  it('has the manual labels of a teacher, and pseudo-labels where a student’s cases lack one', async () => {
    const labelled = await teachingCase('volume-1', ['liver', 'spleen']);
    const lacking = await teachingCase('volume-2', ['liver']);
    const silent = await teachingCase('volume-3', ['liver']);
    const cases = await putTeachingCases(store, [labelled.one, lacking.one, silent.one]);
    const teacher = await compose({ cases });
    expect(teacher).toMatchObject({ manual: 1, pseudo: 0, leftOut: 2 });
    expect((await setOf(teacher)).cases).toMatchObject([
      { caseId: 'volume-1', labels: [{ organ: 'spleen', origin: 'human' }] },
    ]);

    await propose(lacking, 'spleen', organVoxels('spleen').slice(2));
    await propose(silent, 'spleen', []);
    const student = await compose({ cases, pseudoLabelsOf: { spleen: 'teacher' } });
    expect(student).toMatchObject({
      manual: 1,
      pseudo: 1,
      leftOut: 1,
      examples: ['lits/volume-3: no label of the spleen'],
    });
    const [, pseudo] = (await setOf(student)).cases;
    expect(pseudo).toMatchObject({ caseId: 'volume-2', pseudo: true, labels: [{ origin: 'model' }] });
    const kept = (await readLabelVersions(store, lacking.at)).find(({ reason }) => reason === 'pseudo-label');
    expect(kept).toMatchObject({ author: 'teacher', voxels: 8, version: pseudo!.labels[0]!.version });
  });

  it('of several organs takes each from whoever gave it, and asks for none that is not in the patient', async () => {
    const one = await teachingCase('volume-1', ['spleen', 'liver'], ['kidney']);
    await propose(one, 'pancreas', organVoxels('pancreas'));
    const cases = await putTeachingCases(store, [one.one]);
    const organs: Organ[] = ['liver', 'kidney', 'spleen', 'pancreas'];
    const set = await setOf(await compose({ cases, organs, pseudoLabelsOf: { pancreas: 'teacher' } }));
    expect(set.cases[0]!.labels.map(({ organ, origin }) => [organ, origin])).toEqual([
      ['liver', 'human'],
      ['spleen', 'human'],
      ['pancreas', 'model'],
    ]);
    expect(await compose({ cases, organs })).toMatchObject({
      none: expect.stringContaining('no case has a label of a source or a person'),
    });
  });

  it('goes on from a model only where the engine can, and says so', async () => {
    const cases = await putTeachingCases(store, [(await teachingCase('volume-1', ['spleen'])).one]);
    expect(await compose({ cases, startFrom: 'student' })).toMatchObject({
      none: 'the engine atlas cannot go on from a model',
    });
    const able: Engine = {
      ...engineByName('atlas'),
      describe: () => ({ ...engineByName('atlas').describe(), finetunes: true }),
    };
    expect(await setOf(await compose({ cases, startFrom: 'student' }, able))).toMatchObject({
      startFrom: 'student',
    });
  });

  it('lists what is still to be proposed, a page at a time', async () => {
    const one = await teachingCase('volume-1', ['liver']);
    const two = await teachingCase('volume-2', ['spleen']);
    const three = await teachingCase('volume-3', []);
    const cases = await putTeachingCases(store, [one.one, two.one, three.one]);
    const deeds = pseudoLabelDeeds({ store, work });
    const lacking = (offset: number) => run(() => deeds.lackingPage({ cases, models, offset, limit: 2 }));
    const models = { liver: 'teacher', spleen: 'teacher' };
    await propose(one, 'spleen', organVoxels('spleen'));
    expect(await lacking(0)).toEqual({
      total: 3,
      cases: [{ at: two.at, organs: ['liver'] }],
    });
    expect((await lacking(2)).cases).toEqual([{ at: three.at, organs: ['liver', 'spleen'] }]);
  });
});
