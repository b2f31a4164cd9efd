import { describe, expect, it } from 'vitest';
import { registerFixed } from '../../activities/fixed-models.js';
import { exportModel, importModel } from '../../activities/model-archive.js';
import { listModels, taintOf } from '../../activities/model-registry.js';
import { putTrainingSet, trainOn } from '../../activities/training.js';
import { commandEngine } from '../../engines/command/command-engine.js';
import { sha256 } from '../../storage/hash.js';
import { memoryStore } from '../../storage/memory.js';
import { storeMiniCase } from '../workflows/mini-case.js';
import { setOf } from './learner.js';

const context = { signal: new AbortController().signal, progress: () => undefined };
const engineByName = () => commandEngine({});
const settings = { command: 'run {input} {output}', labels: '2=spleen,1=liver' };

describe('a model of an engine that learns nothing', () => {
  it('is one for all its organs, follows from its settings and has learnt from nothing here', async () => {
    const store = memoryStore();
    const model = await registerFixed({ store, engineByName }, { engine: 'command', settings }, context);
    expect(model).toMatchObject({ organs: ['liver', 'spleen'], trainedOn: [], licences: ['unknown'] });
    expect(model.modelId).toMatch(/^command-liver-spleen-[0-9a-f]{16}$/);
    expect(await registerFixed({ store, engineByName }, { engine: 'command', settings }, context)).toEqual(
      model,
    );
    expect(await listModels(store)).toHaveLength(1);
    const other = { ...settings, timeoutSeconds: 60 };
    const another = await registerFixed(
      { store, engineByName },
      { engine: 'command', settings: other },
      context,
    );
    expect(another.modelId).not.toBe(model.modelId);
  });

  it('is bound by the licence that its settings name, and by an unknown one otherwise', async () => {
    const store = memoryStore();
    const free = { ...settings, licence: 'CC0-1.0' };
    const model = await registerFixed(
      { store, engineByName },
      { engine: 'command', settings: free },
      context,
    );
    expect(taintOf(model).obstacles.commercial).toEqual([]);
    expect(taintOf({ licences: ['unknown'] }).obstacles.commercial).toHaveLength(1);
  });

  it('goes to another store as an archive', async () => {
    const store = memoryStore();
    const { modelId } = await registerFixed(
      { store, engineByName },
      { engine: 'command', settings },
      context,
    );
    const archive = await exportModel(store, modelId);
    const other = memoryStore();
    const imported = await importModel(other, archive, {
      trust: sha256(archive),
      by: 'anna',
      now: new Date(),
    });
    expect(await listModels(other)).toEqual([imported.model]);
  });

  it('is not trained on cases: that would claim what it never saw', async () => {
    const store = memoryStore();
    const mini = await storeMiniCase(store, 'first');
    const set = setOf([mini], { engine: { name: 'command', version: '1', settings } });
    await expect(trainOn({ store, engineByName }, await putTrainingSet(store, set), context)).rejects.toThrow(
      'the engine command learns nothing',
    );
  });
});
