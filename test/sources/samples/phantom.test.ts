import { describe, expect, it } from 'vitest';
import { type Organ, organs, organValue } from '../../../domain/organ.js';
import { indexToMm } from '../../../imaging/geometry.js';
import { type SamplePatient, samplePatients } from '../../../sources/samples/patient.js';
import { type Phantom, paintPhantom } from '../../../sources/samples/phantom.js';

const patients = samplePatients(1);
const painted: { patient: SamplePatient; phantom: Phantom }[] = patients
  .filter(({ copyOf }) => copyOf === undefined)
  .map((patient) => ({ patient, phantom: paintPhantom(patient) }));

const patientNamed = (caseId: string): SamplePatient =>
  patients.find((patient) => patient.caseId === caseId) as SamplePatient;

type Millimetres = readonly [number, number, number];

/** RAS positions of the voxels that a test picks. */
function positions(phantom: Phantom, pick: (voxel: number) => boolean): Millimetres[] {
  const { shape, affine } = phantom.geometry;
  const found: Millimetres[] = [];
  for (let voxel = 0; voxel < phantom.labels.length; voxel++) {
    if (!pick(voxel)) continue;
    const [i, rest] = [voxel % shape[0], Math.floor(voxel / shape[0])];
    found.push(indexToMm(affine, i, rest % shape[1], Math.floor(rest / shape[1])));
  }
  return found;
}

const organPositions = (phantom: Phantom, organ: Organ): Millimetres[] =>
  positions(phantom, (voxel) => phantom.labels[voxel] === organValue[organ]);

function centre(points: readonly Millimetres[]): Millimetres {
  const mean = (axis: number): number => points.reduce((sum, at) => sum + at[axis], 0) / points.length;
  return [mean(0), mean(1), mean(2)];
}

function meanHu({ hu }: Phantom, pick: (voxel: number) => boolean): number {
  let [sum, count] = [0, 0];
  for (let voxel = 0; voxel < hu.length; voxel++) {
    if (!pick(voxel)) continue;
    sum += hu[voxel];
    count++;
  }
  return sum / count;
}

describe('the plan of sample patients', () => {
  it('has 26 cases of five collections and one withdrawn copy', () => {
    const count = (collection: string): number =>
      patients.filter((each) => each.collection === collection).length;
    expect(['lits', 'kits19', 'msd-spleen', 'msd-pancreas', 'nih-pancreas'].map(count)).toEqual([
      6, 5, 5, 5, 5,
    ]);
    expect(patients.filter(({ copyOf }) => copyOf !== undefined).map(({ caseId }) => caseId)).toEqual([
      'PANCREAS_0025',
    ]);
    expect(patients.filter(({ subset }) => subset === 'test')).toHaveLength(5);
  });

  it('is the same for the same seed and gives every person another seed', () => {
    expect(samplePatients(1)).toEqual(patients);
    expect(new Set(patients.map(({ seed }) => seed)).size).toBe(25);
    expect(samplePatients(2)[0].seed).not.toBe(patients[0].seed);
  });
});

describe('a painted patient', () => {
  it('is the same for the same seed and another one for another', () => {
    const again = paintPhantom(patients[0]);
    expect(Buffer.from(again.hu.buffer).equals(Buffer.from(painted[0].phantom.hu.buffer))).toBe(true);
    expect(again.labels).toEqual(painted[0].phantom.labels);
    const other = paintPhantom(samplePatients(2)[0]);
    expect(other.labels.every((value, voxel) => value === again.labels[voxel])).toBe(false);
  });

  it('has the liver at the right, the spleen at the left, a kidney on either side', () => {
    for (const { patient, phantom } of painted) {
      const middle = centre(positions(phantom, (voxel) => phantom.hu[voxel] > -200))[0];
      const at = (organ: Organ): number => centre(organPositions(phantom, organ))[0] - middle;
      expect(at('liver'), patient.caseId).toBeGreaterThan(25);
      expect(at('spleen'), patient.caseId).toBeLessThan(-60);
      const kidneys = organPositions(phantom, 'kidney');
      const right = kidneys.filter((point) => point[0] > middle).length / kidneys.length;
      expect(right, patient.caseId).toBeGreaterThan(0.25);
      expect(right, patient.caseId).toBeLessThan(0.75);
    }
  });

  it('has the right kidney lower than the left, on average and in most patients', () => {
    const lower = painted.map(({ phantom }) => {
      const kidneys = organPositions(phantom, 'kidney');
      const middle = centre(kidneys)[0];
      const height = (side: (x: number) => boolean): number => centre(kidneys.filter((at) => side(at[0])))[2];
      return height((x) => x < middle) - height((x) => x > middle);
    });
    const mean = lower.reduce((sum, value) => sum + value, 0) / lower.length;
    expect(mean).toBeGreaterThan(8);
    expect(lower.filter((value) => value > 0).length / lower.length).toBeGreaterThan(0.65);
  });

  it('has a pancreas that runs from the low right head to the high left tail', () => {
    for (const { patient, phantom } of painted) {
      const points = organPositions(phantom, 'pancreas').sort((a, b) => a[0] - b[0]);
      const quarter = Math.floor(points.length / 4);
      const [tail, head] = [centre(points.slice(0, quarter)), centre(points.slice(-quarter))];
      expect(tail[2], patient.caseId).toBeGreaterThan(head[2] + 10);
      expect(head[0] - tail[0], patient.caseId).toBeGreaterThan(60);
    }
  });

  it('has lungs at the top and none at the bottom', () => {
    for (const { patient, phantom } of painted) {
      const { shape } = phantom.geometry;
      const slice = shape[0] * shape[1];
      const lungs = (from: number): number => {
        let count = 0;
        for (let voxel = from; voxel < from + slice; voxel++) {
          if (phantom.hu[voxel] > -900 && phantom.hu[voxel] < -700) count++;
        }
        return count / slice;
      };
      expect(lungs(phantom.hu.length - slice), patient.caseId).toBeGreaterThan(0.1);
      expect(lungs(0), patient.caseId).toBeLessThan(0.06);
    }
  });

  it('has the HU of its contrast phase in every organ', () => {
    const expected = {
      arterial: { liver: [60, 90], kidney: [140, 175], spleen: [105, 140], pancreas: [80, 112] },
      'portal venous': { liver: [90, 122], kidney: [140, 180], spleen: [95, 132], pancreas: [70, 110] },
    } as const;
    for (const { patient, phantom } of painted) {
      for (const organ of organs) {
        const [low, high] = expected[patient.phase][organ];
        const mean = meanHu(phantom, (voxel) => phantom.labels[voxel] === organValue[organ]);
        expect(mean, `${patient.caseId} ${organ}`).toBeGreaterThan(low);
        expect(mean, `${patient.caseId} ${organ}`).toBeLessThan(high);
      }
    }
  });

  it('has air around it, bone inside it, and a noise of CT strength in the liver', () => {
    for (const { patient, phantom } of painted) {
      expect(phantom.hu[0], patient.caseId).toBeLessThan(-980);
      expect(Math.min(...phantom.hu.subarray(0, 9000))).toBe(-1024);
      expect(
        phantom.hu.filter((hu) => hu > 300 && hu < 800).length / phantom.hu.length,
        patient.caseId,
      ).toBeGreaterThan(0.003);
      const liver = (voxel: number): boolean => phantom.labels[voxel] === 1 && phantom.tumour[voxel] === 0;
      const mean = meanHu(phantom, liver);
      const values = [...phantom.hu.filter((_, voxel) => liver(voxel))].sort((a, b) => a - b);
      // Half the distance of the 16 % and 84 % points: the deviation, whatever the vessels and borders do.
      const deviation =
        (values[Math.floor(0.84 * values.length)] - values[Math.floor(0.16 * values.length)]) / 2;
      expect(Math.abs(values[Math.floor(values.length / 2)] - mean)).toBeLessThan(15);
      expect(deviation).toBeGreaterThan(8);
      expect(deviation).toBeLessThan(24);
    }
  });

  it('has organ volumes that occur in adults', () => {
    const millilitres = {
      liver: [505, 4504],
      kidney: [100, 900],
      spleen: [31, 1256],
      pancreas: [25, 250],
    } as const;
    for (const { patient, phantom } of painted) {
      const [a, b, c] = phantom.geometry.spacingMm;
      for (const organ of organs) {
        const volume = (organPositions(phantom, organ).length * a * b * c) / 1000;
        expect(volume, `${patient.caseId} ${organ}`).toBeGreaterThan(millilitres[organ][0]);
        expect(volume, `${patient.caseId} ${organ}`).toBeLessThan(millilitres[organ][1]);
      }
    }
  });

  it('has tumours in the organ of its collection and nowhere else', () => {
    const tumourOrgan: Readonly<Record<string, Organ>> = {
      lits: 'liver',
      kits19: 'kidney',
      'msd-pancreas': 'pancreas',
    };
    for (const { patient, phantom } of painted) {
      const organ = tumourOrgan[patient.collection];
      const values = new Set(phantom.labels.filter((_, voxel) => phantom.tumour[voxel] === 1));
      expect([...values], patient.caseId).toEqual(organ === undefined ? [] : [organValue[organ]]);
    }
  });

  it('lies on a grid of its own: square in plane, coarser across', () => {
    for (const { patient, phantom } of painted) {
      const [a, b, c] = phantom.geometry.spacingMm;
      expect(a, patient.caseId).toBe(b);
      expect(a).toBeGreaterThan(2.9);
      expect(a).toBeLessThan(4.1);
      expect(c).toBeGreaterThan(a);
      expect(phantom.geometry.axisCodes).toBe('RAS');
    }
    expect(new Set(painted.map(({ phantom }) => phantom.geometry.spacingMm[0])).size).toBeGreaterThan(12);
  });

  it('is cropped at its lower end where the collection cropped it, and stays in its place', () => {
    const whole = paintPhantom(patientNamed('PANCREAS_0002'));
    const cropped = paintPhantom(patientNamed('PANCREAS_0025'));
    const slice = whole.geometry.shape[0] * whole.geometry.shape[1];
    expect(cropped.geometry.shape[2]).toBe(whole.geometry.shape[2] - 1);
    expect(Buffer.from(cropped.hu.buffer).equals(Buffer.from(whole.hu.slice(slice).buffer))).toBe(true);
    expect(indexToMm(cropped.geometry.affine, 0, 0, 0)).toEqual(indexToMm(whole.geometry.affine, 0, 0, 1));
  });
});
