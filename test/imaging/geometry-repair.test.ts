import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Affine, affineOf, axesOf, geometryFromAffine } from '../../imaging/geometry.js';
import { asFiled, isPlaceholder, withDirections, withSpacing } from '../../imaging/geometry-repair.js';
import { type Columns3, norm, scaled } from '../../imaging/matrix3.js';
import { readCt, readNiftiHeader } from '../../imaging/nifti.js';
import { forViewers, writeCt, writeLabelMap, writeNifti } from '../../imaging/nifti-write.js';
import { rotationOf } from '../../imaging/quaternion.js';
import { seededRandom } from '../../imaging/random.js';
import { madeNifti } from './nifti-bytes.js';

/** ITK takes axes as orthonormal when no entry of R·Rᵀ is farther than this from the identity (itkNiftiImageIO.cxx). */
const itkBound = 1e-4;
const shape = [2, 3, 4] as const;
const identity: Affine = [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
];

/** Largest entry of R·Rᵀ − I, R being the axes divided by their lengths. */
function skewOf(affine: Affine): number {
  const unit = axesOf(affine).map((axis) => scaled(axis, 1 / norm(axis)));
  const entries = [0, 1, 2].flatMap((a) =>
    [0, 1, 2].map((b) => unit.reduce((sum, axis) => sum + axis[a] * axis[b], a === b ? -1 : 0)),
  );
  return Math.max(...entries.map(Math.abs));
}

/** Right-angled axes in any position, each bent by up to a degree, as float32 headers hold them. */
function bentAffine(random: () => number): Affine {
  const draw = (): number => 2 * random() - 1;
  const [b, c, d] = [draw(), draw(), draw()].map((part) => part / 2);
  const straight = rotationOf([b, c, d]);
  const bend = Math.tan(Math.PI / 180) / Math.sqrt(3);
  const sides = [0.5 + random(), 0.5 + random(), 0.5 + 5 * random()];
  const axes = straight.map((axis, n) =>
    axis.map((v) => (v + bend * draw()) * sides[n]),
  ) as unknown as Columns3;
  const affine = affineOf(axes, [200 * draw(), 200 * draw(), 900 * draw()]);
  return affine.map((row) => row.map(Math.fround)) as Affine;
}

describe('straightening', () => {
  it('mends 500 headers that are skewed by up to a degree so that ITK takes them, with the angle on record', () => {
    const random = seededRandom('skew');
    let refusedBefore = 0;
    for (let n = 0; n < 500; n++) {
      const affine = bentAffine(random);
      if (skewOf(affine) > itkBound) refusedBefore++;
      const geometry = geometryFromAffine(shape, affine, 'sform');
      const [repair] = geometry.repairs;
      if (repair?.kind !== 'orthonormalised') throw new Error('not straightened');
      expect(repair.angleDegrees).toBeGreaterThan(0);
      expect(repair.angleDegrees).toBeLessThan(2);
      expect(repair.before).toEqual(affine);
      expect(asFiled(geometry).affine).toEqual(affine);
      // What is served, read back from its float32 header, in both forms.
      const served = readNiftiHeader(writeCt(geometry, new Int16Array(24)), 'served.nii');
      expect(skewOf(served.srow)).toBeLessThan(1e-6);
      expect(served.geometry.repairs).toEqual([]);
      geometry.spacingMm.forEach((side, axis) => {
        expect(served.spacingMm[axis]).toBeCloseTo(side, 5);
      });
    }
    expect(refusedBefore).toBeGreaterThan(490);
  });

  it('gives masks a qform that ITK takes beside the image’s own skewed sform', () => {
    const random = seededRandom('mask');
    for (let n = 0; n < 50; n++) {
      const affine = bentAffine(random);
      const spacingMm = geometryFromAffine(shape, affine, 'sform').spacingMm;
      const image = writeNifti({ shape, voxels: new Int16Array(24), spacingMm, sform: { code: 2, affine } });
      const mask = readNiftiHeader(writeLabelMap(new Uint8Array(24), image), 'mask.nii.gz');
      expect(mask.srow).toEqual(affine);
      expect(mask).toMatchObject({ sformCode: 2, qformCode: 1 });
      const straight = geometryFromAffine(shape, affine, 'sform').affine.flat();
      const { geometry } = readNiftiHeader(withoutSform(writeLabelMap(new Uint8Array(24), image)), 'q.nii');
      expect(geometry.decidedBy).toBe('qform');
      geometry.affine.flat().forEach((value, at) => {
        expect(value).toBeCloseTo(straight[at], 3);
      });
    }
  });

  it('gives viewers the same voxels and sform with such a qform, in either byte order, packed or not', () => {
    const srow = bentAffine(seededRandom('viewer')).flat();
    for (const littleEndian of [true, false]) {
      const plain = madeNifti({ littleEndian, sformCode: 1, qformCode: 0, srow });
      for (const image of [plain, new Uint8Array(gzipSync(plain))]) {
        const shown = forViewers(image);
        const header = readNiftiHeader(shown, 'shown.nii');
        expect(header).toMatchObject({ sformCode: 1, qformCode: 1, littleEndian });
        expect(header.srow.flat()).toEqual(srow);
        expect(readCt(shown, 'shown.nii').hu).toEqual(readCt(image, 'image.nii').hu);
        const [asMask, asShown] = [writeLabelMap(new Uint8Array(24), image), header];
        expect(readNiftiHeader(asMask, 'mask.nii.gz').quaternion).toEqual(asShown.quaternion);
        expect(readNiftiHeader(image, 'image.nii').qformCode).toBe(0);
      }
    }
    for (const image of [madeNifti(), madeNifti({ version: 2, srow }), madeNifti({ srow, qformCode: 1 })]) {
      expect(forViewers(image)).toBe(image);
    }
  });

  it('leaves masks of straight images without a qform that the image does not have', () => {
    const image = writeNifti({
      shape,
      voxels: new Int16Array(24),
      spacingMm: [1, 1, 1],
      sform: { code: 1, affine: identity },
    });
    const mask = readNiftiHeader(writeLabelMap(new Uint8Array(24), image), 'mask.nii.gz');
    expect(mask).toMatchObject({ sformCode: 1, qformCode: 0 });
  });
});

describe('a placeholder header', () => {
  const placeholder = geometryFromAffine(shape, identity, 'sform');

  it('is one of 1 mm voxels at the origin', () => {
    expect(isPlaceholder(placeholder)).toBe(true);
    expect(isPlaceholder(withSpacing(placeholder, [1, 1, 1.5], 'why'))).toBe(false);
  });

  it('gets other directions without moving voxel (0, 0, 0), and gives the filed ones back', () => {
    const turned = withDirections(placeholder, 'LAS', 'liver side');
    expect(turned).toMatchObject({ axisCodes: 'LAS', spacingMm: [1, 1, 1], shape });
    expect(turned.repairs).toEqual([
      {
        kind: 'direction-corrected',
        field: 'sform',
        before: identity,
        after: turned.affine,
        why: 'liver side',
      },
    ]);
    expect(asFiled(turned)).toEqual(placeholder);
    expect(withDirections(turned, 'LAS', 'again')).toBe(turned);
  });

  it('gets a true spacing on top, which ends its being unknown; both repairs are undone at once', () => {
    const unknown = { ...withDirections(placeholder, 'LAS', 'liver side'), spacingUnknown: true as const };
    const given = withSpacing(unknown, [0.743, 0.743, 1.6], '3D-IRCADb-01 #17');
    expect(given).toMatchObject({ axisCodes: 'LAS', spacingMm: [0.743, 0.743, 1.6] });
    expect(given.spacingUnknown).toBeUndefined();
    expect(given.repairs.map(({ kind }) => kind)).toEqual(['direction-corrected', 'spacing-given']);
    expect(asFiled(given)).toEqual(placeholder);
  });
});

/** The same file with its sform switched off, as a reader that refuses it sees it. */
function withoutSform(file: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(gunzipSync(file));
  new DataView(bytes.buffer).setInt16(254, 0, true);
  return bytes;
}
