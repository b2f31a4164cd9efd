import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Organ, organValue } from '../../domain/organ.js';
import type { Geometry } from '../../domain/volume.js';
import type { AxisVerdict } from '../../imaging/anatomy.js';
import { readDicomSeries } from '../../imaging/dicom.js';
import { withDirections } from '../../imaging/geometry-repair.js';
import { readCt, readLabelMap } from '../../imaging/nifti.js';
import { testLabelOrientation, testOrientation } from '../../imaging/orientation-test.js';
import type { CtVolume } from '../../imaging/volume.js';
import { samplePatients } from '../../sources/samples/patient.js';
import { paintPhantom } from '../../sources/samples/phantom.js';

const real = resolve(process.cwd(), '../shared/data/real');
const bytesOf = (path: string): Uint8Array => readFileSync(join(real, path));
const opposite: Record<string, string> = { R: 'L', L: 'R', A: 'P', P: 'A', S: 'I', I: 'S' };
const mirrorings = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** The same voxels under a header that exchanges left and right (bit 0), front and back (1), top and bottom (2). */
function misdescribed(geometry: Geometry, mirroring: number): Geometry {
  const codes = [...geometry.axisCodes].map((letter) => {
    const axis = ['RL', 'AP', 'SI'].findIndex((pair) => pair.includes(letter));
    return mirroring & (1 << axis) ? opposite[letter] : letter;
  });
  return { ...withDirections(geometry, codes.join(''), 'made wrong'), repairs: [] };
}

const says = (verdicts: readonly AxisVerdict[]): string[] => verdicts.map((each) => each.says);

/** Under every mirroring the axes that are wrong are never called right, and the others never mirrored. */
function expectNeverWrong(
  test: (geometry: Geometry) => AxisVerdict[],
  geometry: Geometry,
  name: string,
): number {
  let found = 0;
  for (const mirroring of mirrorings) {
    says(test(misdescribed(geometry, mirroring))).forEach((verdict, axis) => {
      const wrong = (mirroring & (1 << axis)) !== 0;
      expect(verdict, `${name} mirrored ${mirroring}, axis ${axis}`).not.toBe(wrong ? 'right' : 'mirrored');
      if (wrong && verdict === 'mirrored') found++;
    });
  }
  return found;
}

describe('the orientation of sample patients', () => {
  const patients = samplePatients(1);

  it('is right in every one of the 26, by image alone, and by all organs together', () => {
    for (const patient of patients) {
      const { geometry, hu, labels } = paintPhantom(patient);
      const image: CtVolume = { geometry, hu, minHu: -1024, maxHu: 3071, notFinite: 0 };
      expect(says(testOrientation(image)), patient.caseId).toEqual(['right', 'right', 'right']);
      const byOrgans = says(testLabelOrientation(labels, geometry));
      expect(byOrgans.slice(0, 2), patient.caseId).toEqual(['right', 'right']);
      expect(byOrgans[2], patient.caseId).not.toBe('mirrored');
    }
  }, 120_000);

  it.each([0, 8, 13, 17, 23])(
    'is never wrongly called right under a mirrored header (patient %i)',
    (n) => {
      const { geometry, hu, labels } = paintPhantom(patients[n]);
      const image: CtVolume = { geometry, hu, minHu: -1024, maxHu: 3071, notFinite: 0 };
      const byImage = (turned: Geometry) => testOrientation({ ...image, geometry: turned });
      expect(expectNeverWrong(byImage, geometry, 'image')).toBe(12);
      for (const organ of ['liver', 'kidney', 'spleen', 'pancreas'] as const) {
        const mask = labels.map((value) => (value === organValue[organ] ? 1 : 0));
        const withOrgan = (turned: Geometry) =>
          testOrientation({ ...image, geometry: turned }, [{ organ, mask }]);
        expect(expectNeverWrong(withOrgan, geometry, organ)).toBe(12);
      }
      const byOrgans = (turned: Geometry) => testLabelOrientation(labels, turned);
      expect(expectNeverWrong(byOrgans, geometry, 'organs')).toBeGreaterThanOrEqual(8);
    },
    60_000,
  );
});

describe('what is no trunk', () => {
  it('is judged as not sure: air, noise, a box of water, a single slice', () => {
    const { geometry } = paintPhantom(samplePatients(1)[0]);
    const voxels = geometry.shape[0] * geometry.shape[1] * geometry.shape[2];
    const noise = Int16Array.from({ length: voxels }, (_, n) => ((n * 7919) % 2000) - 1000);
    for (const hu of [new Int16Array(voxels).fill(-1000), new Int16Array(voxels), noise]) {
      const image: CtVolume = { geometry, hu, minHu: -1024, maxHu: 3071, notFinite: 0 };
      expect(says(testOrientation(image))).toEqual(['not sure', 'not sure', 'not sure']);
    }
    const slice: Geometry = { ...geometry, shape: [geometry.shape[0], geometry.shape[1], 1] };
    const hu = new Int16Array(geometry.shape[0] * geometry.shape[1]);
    const one: CtVolume = { geometry: slice, hu, minHu: -1024, maxHu: 3071, notFinite: 0 };
    expect(says(testOrientation(one))).toEqual(['not sure', 'not sure', 'not sure']);
  });

  it('costs little where a header claims huge voxels', () => {
    const geometry: Geometry = {
      shape: [4, 4, 4],
      spacingMm: [1e7, 1e7, 1e7],
      axisCodes: 'RAS',
      affine: [
        [1e7, 0, 0, 0],
        [0, 1e7, 0, 0],
        [0, 0, 1e7, 0],
      ],
      decidedBy: 'sform',
      repairs: [],
    };
    const image: CtVolume = { geometry, hu: new Int16Array(64), minHu: 0, maxHu: 0, notFinite: 0 };
    expect(says(testOrientation(image))).toEqual(['not sure', 'not sure', 'not sure']);
  });
});

describe.skipIf(!existsSync(real))('real scans (skipped where the data are absent)', () => {
  it('LiTS 44 is mirrored left to right against its header, by its image and by its liver', () => {
    const image = readCt(bytesOf('lits-44/volume-44.nii.gz'), 'volume-44.nii.gz');
    const { values } = readLabelMap(bytesOf('lits-44/segmentation-44.nii.gz'), 'segmentation-44.nii.gz');
    const mask = new Uint8Array(values.length);
    for (let n = 0; n < mask.length; n++) mask[n] = values[n] > 0 ? 1 : 0;
    const known = { organ: 'liver', mask } as const;
    const [side, front, height] = testOrientation(image, [known]);
    expect([side.says, front.says, height.says]).toEqual(['mirrored', 'right', 'right']);
    expect(side.evidence.map(({ from, margin }) => [from, Math.round(margin)])).toEqual([
      ['bulk of the liver', -2],
      ['liver', -2],
    ]);
    const corrected = withDirections(image.geometry, 'LAS', 'liver side');
    expect(says(testOrientation({ ...image, geometry: corrected }, [known]))).toEqual([
      'right',
      'right',
      'right',
    ]);
    const byImage = (turned: Geometry) => testOrientation({ ...image, geometry: turned });
    expect(expectNeverWrong(byImage, corrected, 'LiTS 44')).toBe(12);
  }, 60_000);

  it('CHAOS and TotalSegmentator lie as their headers say, and every mirrored header is found', () => {
    const folder = join(real, 'chaos/DICOM_anon');
    const files = readdirSync(folder).map((path) => ({ path, bytes: readFileSync(join(folder, path)) }));
    const scans: [string, CtVolume][] = [
      ['chaos', readDicomSeries(files).image],
      ['example_ct', readCt(bytesOf('totalsegmentator/example_ct.nii.gz'), 'example_ct.nii.gz')],
      ['example_ct_sm', readCt(bytesOf('totalsegmentator/example_ct_sm.nii.gz'), 'example_ct_sm.nii.gz')],
    ];
    for (const [name, image] of scans) {
      expect(says(testOrientation(image)), name).toEqual(['right', 'right', 'right']);
      const byImage = (turned: Geometry) => testOrientation({ ...image, geometry: turned });
      expect(expectNeverWrong(byImage, image.geometry, name), name).toBe(12);
    }
  }, 60_000);

  it('six multi-organ truths lie right, and every mirrored header is found', () => {
    const meaning: Record<number, Organ> = { 1: 'spleen', 2: 'pancreas', 3: 'kidney', 6: 'liver' };
    const value = Uint8Array.from({ length: 256 }, (_, n) => (meaning[n] ? organValue[meaning[n]] : 0));
    const folder = 'multiorgan-pairs/GroundTruth';
    for (const name of readdirSync(join(real, folder))) {
      const { geometry, values } = readLabelMap(bytesOf(`${folder}/${name}`), name);
      const labels = new Uint8Array(values.length);
      for (let n = 0; n < labels.length; n++) labels[n] = value[values[n]];
      expect(says(testLabelOrientation(labels, geometry)), name).toEqual(['right', 'right', 'right']);
      expect(expectNeverWrong((turned) => testLabelOrientation(labels, turned), geometry, name)).toBe(12);
    }
  }, 120_000);
});
