import { describe, expect, it } from 'vitest';
import { falseMerges, madePatients, tryCopy } from '../../bench/duplicate-trial.js';
import { copyKinds, copyOf } from '../../bench/scan-copies.js';
import { evidenceText } from '../../domain/same-scan.js';
import { seededRandom } from '../../imaging/random.js';
import { sameScan, viewScan, wholeCopy } from '../../imaging/same-scan.js';
import { multisetHash, sketchOf } from '../../sources/scan-sketch.js';

const patients = [...madePatients(4)];
const scans = patients.map(({ name, scan }) => ({ name, view: viewScan(scan) }));

describe('one scan under two names', () => {
  it.each([...copyKinds.keys()])(
    'is found in copy %i of every kind, and never taken for a stranger',
    (kind) => {
      for (const n of [kind, kind + copyKinds.length]) {
        const { found, merged } = tryCopy(scans, n, 'test');
        expect(found, copyKinds[kind]).toBeDefined();
        expect(merged).toBeUndefined();
      }
    },
  );

  it('is never seen in two patients', () => {
    expect(falseMerges(scans)).toEqual([]);
  });

  it('is proved by its voxels when it was only turned, whatever the header says', () => {
    const turned = copyOf(patients[0]!.scan, 'turned', seededRandom(3));
    expect(multisetHash(turned.hu)).toBe(multisetHash(patients[0]!.scan.hu));
    const proof = wholeCopy(patients[0]!.scan, turned);
    expect(proof).toMatchObject({ kind: 'turned', equalFraction: 1 });
    const lied = {
      ...turned,
      geometry: { ...turned.geometry, spacingMm: [1, 1, 1] as [number, number, number] },
    };
    expect(wholeCopy(patients[0]!.scan, lied)).toEqual(proof);
  });

  it('is a crop where the shared voxels are equal, and the proof says where', () => {
    const { scan } = patients[1]!;
    const [n1, n2, n3] = scan.geometry.shape;
    const kept = scan.hu.slice(n1 * n2 * 5);
    const geometry = { ...scan.geometry, shape: [n1, n2, n3 - 5] as [number, number, number] };
    const same = sameScan(scans[1]!.view, viewScan({ geometry, hu: kept }))!;
    expect(same).toMatchObject({ kind: 'crop', symmetry: '+i +j +k', equalFraction: 1, overlap: 1 });
    expect(same.offsetMm![2]).toBeCloseTo(-5 * scan.geometry.spacingMm[2], 1);
    expect(evidenceText(same)).toContain('cut from one scan; offset 0.0, 0.0, -');
  });

  it('is not seen in volumes without anything in them', () => {
    const { scan } = patients[0]!;
    const empty = viewScan({ geometry: scan.geometry, hu: new Int16Array(scan.hu.length).fill(-1024) });
    expect(empty.fingerprint.count).toBe(0);
    expect(sameScan(scans[0]!.view, empty)).toBeUndefined();
  });
});

describe('the sketch of a scan', () => {
  it('is a few kilobytes and the same every time', () => {
    const sketch = sketchOf(patients[2]!.scan);
    expect(JSON.stringify(sketch).length).toBeLessThan(8192);
    expect(sketchOf(patients[2]!.scan)).toEqual(sketch);
  });
});
