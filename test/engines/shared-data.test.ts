import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Organ, organValue } from '../../domain/organ.js';
import { atlasEngine } from '../../engines/atlas/atlas-engine.js';
import type { OrganCase } from '../../engines/organ-engine.js';
import { readCt, readLabelMap } from '../../imaging/nifti.js';
import { dsc, predict, recording } from './phantom.js';

const collections = resolve('../shared/data/collections');
const msd = (task: string, kind: string, id: string) => `msd-${task}/${kind}/${id}.nii.gz`;

function bytesOf(path: string): Uint8Array {
  const stored = readFileSync(join(collections, path));
  return path.endsWith('.gz') ? gunzipSync(stored) : stored;
}

function trainingCase(id: string, imagePath: string, labelPath: string): OrganCase {
  const load = async () => {
    const { values } = readLabelMap(bytesOf(labelPath), labelPath);
    return {
      image: readCt(bytesOf(imagePath), imagePath),
      mask: Uint8Array.from(values, (v) => (v > 0 ? 1 : 0)),
    };
  };
  return { id, load };
}

const kits = (id: string, file: string) => `kits19/data/case_${id}/${file}.nii.gz`;
const spleen = (kind: string, id: string) => msd('spleen', `Task09_Spleen/${kind}`, id);
const pancreas = (kind: string, id: string) => msd('pancreas', `Task07_Pancreas/${kind}`, id);

/** Trained on one collection's own labels, tried on another collection; the floors leave room below what is reached. */
const trials: { organ: Organ; cases: OrganCase[]; image: string; reference: string; floor: number }[] = [
  {
    organ: 'liver',
    cases: ['1/0', '1/1', '2/53'].map((place) => {
      const [batch, id] = place.split('/');
      const file = (kind: string) => `lits/Training Batch ${batch}/${kind}-${id}.nii`;
      return trainingCase(`volume-${id}`, file('volume'), file('segmentation'));
    }),
    image: kits('00210', 'imaging'),
    reference: 'kits19/case_00210',
    floor: 0.9,
  },
  {
    organ: 'kidney',
    cases: ['00000', '00015', '00160'].map((id) =>
      trainingCase(`case_${id}`, kits(id, 'imaging'), kits(id, 'segmentation')),
    ),
    image: 'lits/Training Batch 1/volume-0.nii',
    reference: 'lits/volume-0',
    floor: 0.85,
  },
  {
    organ: 'spleen',
    cases: ['spleen_2', 'spleen_3', 'spleen_6'].map((id) =>
      trainingCase(id, spleen('imagesTr', id), spleen('labelsTr', id)),
    ),
    image: pancreas('imagesTr', 'pancreas_001'),
    reference: 'msd-pancreas/pancreas_001',
    floor: 0.85,
  },
  {
    organ: 'pancreas',
    cases: ['pancreas_001', 'pancreas_290', 'pancreas_421'].map((id) =>
      trainingCase(id, pancreas('imagesTr', id), pancreas('labelsTr', id)),
    ),
    image: spleen('imagesTr', 'spleen_2'),
    reference: 'msd-spleen/spleen_2',
    floor: 0.75,
  },
];

describe.skipIf(!existsSync(collections))(
  'the atlas engine across collections (needs ../shared/data)',
  () => {
    it.each(trials)('finds the $organ in $reference', { timeout: 120_000 }, async (trial) => {
      const { organ, cases, image, reference, floor } = trial;
      const engine = atlasEngine();
      const model = await engine.load(await engine.train({ organ, cases, seed: 1 }, recording().context));
      const mask = await predict(model, readCt(bytesOf(image), image), recording().context);
      const { values } = readLabelMap(bytesOf(`reference/${reference}.nii.gz`), reference);
      const truth = Uint8Array.from(values, (value) => (value === organValue[organ] ? 1 : 0));
      expect(dsc(mask, truth)).toBeGreaterThan(floor);
    });
  },
);
