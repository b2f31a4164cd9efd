import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { referencePath } from '../../activities/evaluate.js';
import { CampaignPlan } from '../../domain/campaign.js';
import type { Organ } from '../../domain/organ.js';
import { organs, organValue } from '../../domain/organ.js';
import { openTask } from '../../domain/task-reducer.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { getContent } from '../../storage/content.js';
import { memoryStore } from '../../storage/memory.js';
import { simulatedCommand } from '../../workers/simulated-hand.js';
import { labelMapFile, organVoxels, storeMiniCase } from '../workflows/mini-case.js';

const person = { id: 'simulated-junior-1', role: 'junior', simulated: true } as const;

it('a simulated junior draws only what a task asks for', async () => {
  const store = memoryStore();
  const folder = mkdtempSync(join(tmpdir(), 'plusct-simulated-'));
  try {
    const { at, labels, image } = await storeMiniCase(store, 'first');
    // In truth every organ is larger than its proposal.
    const truth = Object.fromEntries(organs.map((organ) => [organ, grown(organ)]));
    const path = referencePath(folder, at.collection, at.caseId);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, labelMapFile(image, truth));
    const plan = CampaignPlan.parse({
      ...{ campaign: 'first', collections: [{ collection: 'lits', directory: '/none' }], people: [person] },
      ...{ refine: 'simulated', engine: 'atlas', seed: 1, window: 1, referenceDirectory: folder },
    });
    const drawn = async (asked?: Organ[]) => {
      const task = openTask({ ...at, round: 2, labels, ...(asked === undefined ? {} : { asked }) });
      const command = await simulatedCommand(store, plan, task, { person, kind: 'submit' });
      const { upload } = command as { upload: Parameters<typeof getContent>[1] };
      const { values } = readLabelMap(await getContent(store, upload), 'upload');
      return organs.filter((organ) => countOf(values, organ) !== organVoxels(organ).length);
    };
    expect(await drawn()).toEqual(['kidney', 'spleen', 'pancreas']);
    expect(await drawn(['spleen'])).toEqual(['spleen']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function grown(organ: Organ): number[] {
  const voxels = organVoxels(organ);
  return [...voxels, ...voxels.map((voxel) => voxel + 10)];
}

function countOf(values: ArrayLike<number>, organ: Organ): number {
  return Array.from(values).filter((value) => value === organValue[organ]).length;
}
