import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { geometryFromAffine } from '../../imaging/geometry.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { writeLabelMap, writeNifti } from '../../imaging/nifti-write.js';
import { toOrientation } from '../../imaging/orientation.js';
import { shownValue } from '../../web/page/drawing/difference.js';
import { fileIndex, fileVoxel, rasVoxel, type Triple, type VoxelGrid } from '../../web/page/drawing/grid.js';
import { readLabelFile, writeLabelFile } from '../../web/page/drawing/label-file.js';
import { Painting, type Pen } from '../../web/page/drawing/painting.js';
import { ActiveClock } from '../../web/page/state/active-time.js';
import { affineOfCodes, allAxisCodes } from '../imaging/orientations.js';

const letters = ['RL', 'AP', 'SI'];

/** The grid of a file with these axis codes, as the viewer describes it. */
function gridOf(codes: string, size: Triple): VoxelGrid {
  const strides = [1, size[0], size[0] * size[1]];
  const along = letters.map((pair) => {
    const axis = [...codes].findIndex((letter) => pair.includes(letter));
    return { axis, flipped: pair[1] === codes[axis] };
  });
  const three = (of: (each: { axis: number; flipped: boolean }) => number): Triple => [
    of(along[0]!),
    of(along[1]!),
    of(along[2]!),
  ];
  return {
    size,
    rasSize: three(({ axis }) => size[axis]!),
    axes: three(({ axis }) => axis),
    start: three(({ axis, flipped }) => (flipped ? strides[axis]! * (size[axis]! - 1) : 0)),
    step: three(({ axis, flipped }) => (flipped ? -strides[axis]! : strides[axis]!)),
    rasSpacingMm: [1, 1, 1],
  };
}

const spleen: Pen = { organ: 3, erases: false, locked: new Set([1]), paintsOver: false };

describe('voxels of a file as the viewer shows them', () => {
  it.each(allAxisCodes)('are found again in a volume of %s, as the imaging code turns it', (codes) => {
    const size: Triple = [4, 5, 3];
    const grid = gridOf(codes, size);
    const values = Uint8Array.from({ length: 60 }, (_, n) => n);
    const geometry = geometryFromAffine(size, affineOfCodes(codes, [1, 1, 1]), 'sform', codes);
    const turned = toOrientation(geometry, values);
    for (let z = 0, at = 0; z < grid.rasSize[2]; z++)
      for (let y = 0; y < grid.rasSize[1]; y++)
        for (let x = 0; x < grid.rasSize[0]; x++, at++) {
          expect(fileIndex(grid, x, y, z)).toBe(turned.voxels[at]);
          expect(rasVoxel(grid, fileVoxel(grid, [x, y, z]))).toEqual([x, y, z]);
        }
  });
});

describe('painting', () => {
  const size: Triple = [12, 10, 4];
  const empty = () => new Uint8Array(480);

  it('draws a disc of the diameter around a centre, in one slice alone', () => {
    const grid = gridOf('RAS', size);
    const painting = new Painting(empty(), grid);
    painting.stroke([5, 5], [5, 5], 2, 3, spleen);
    expect(painting.endStroke(2)).toBe(true);
    const painted = [...painting.values.keys()].filter((index) => painting.values[index] !== 0);
    expect(
      painted.map(
        (index) => fileVoxel(grid, [index % 12, Math.floor(index / 12) % 10, Math.floor(index / 120)])[2],
      ),
    ).toEqual(painted.map(() => 2));
    expect(painted).toHaveLength(9);
  });

  it('leaves locked organs alone, and others unless it is told to paint over them', () => {
    const original = empty().fill(1, 0, 240).fill(2, 240, 360);
    const painting = new Painting(original, gridOf('RAS', size));
    for (const z of [0, 1, 2, 3]) painting.stroke([2, 2], [9, 7], z, 5, spleen);
    painting.endStroke(0);
    expect(painting.values.subarray(0, 360)).toEqual(original.subarray(0, 360));
    expect(painting.values.subarray(360).includes(3)).toBe(true);
    painting.stroke([2, 2], [9, 7], 2, 5, { ...spleen, paintsOver: true });
    expect(painting.values.subarray(240, 360).includes(3)).toBe(true);
    expect(painting.values.subarray(0, 240)).toEqual(original.subarray(0, 240));
    const locked = new Painting(original, gridOf('RAS', size));
    locked.stroke([2, 2], [9, 7], 3, 5, { ...spleen, organ: 1 });
    expect(locked.endStroke(3)).toBe(false);
  });

  it('erases the chosen organ alone', () => {
    const original = empty().fill(3, 0, 60).fill(4, 60, 120);
    const painting = new Painting(original, gridOf('RAS', size));
    painting.stroke([0, 0], [11, 9], 0, 31, { ...spleen, erases: true });
    expect(painting.values.includes(3)).toBe(false);
    expect(painting.values.subarray(60, 120)).toEqual(original.subarray(60, 120));
  });

  it('fills an outline, its border included and holes of the even-odd rule left out', () => {
    const painting = new Painting(empty(), gridOf('RAS', size));
    painting.fill(
      [
        [2, 2],
        [8, 2],
        [8, 7],
        [2, 7],
      ],
      1,
      spleen,
    );
    painting.endStroke(1);
    expect(painting.values.filter((value) => value === 3)).toHaveLength(7 * 6);
  });

  it('never reaches out of the volume', () => {
    const painting = new Painting(empty(), gridOf('LPS', size));
    painting.stroke([-20, -20], [40, 40], 3, 9, spleen);
    painting.stroke([3, 3], [3, 3], 9, 9, spleen);
    painting.endStroke(3);
    expect(painting.values).toHaveLength(480);
    expect(painting.values.includes(3)).toBe(true);
  });

  it('takes back and draws again any strokes, to the very bytes', () => {
    const stroke = fc.record({
      from: fc.tuple(fc.integer({ min: -2, max: 13 }), fc.integer({ min: -2, max: 11 })),
      to: fc.tuple(fc.integer({ min: -2, max: 13 }), fc.integer({ min: -2, max: 11 })),
      z: fc.integer({ min: 0, max: 3 }),
      diameter: fc.integer({ min: 1, max: 9 }),
      organ: fc.integer({ min: 1, max: 4 }),
      erases: fc.boolean(),
      paintsOver: fc.boolean(),
    });
    const original = Uint8Array.from({ length: 480 }, (_, n) => (n * 7) % 5);
    fc.assert(
      fc.property(
        fc.constantFrom('RAS', 'LPS', 'LAI', 'PSR'),
        fc.array(stroke, { maxLength: 12 }),
        (codes, strokes) => {
          const painting = new Painting(original, gridOf(codes, size));
          for (const { from, to, z, diameter, ...pen } of strokes) {
            painting.stroke(from, to, z, diameter, { ...pen, locked: new Set([1]) });
            painting.endStroke(z);
          }
          const drawn = painting.values.slice();
          drawn.forEach((value, index) => {
            if (original[index] === 1) expect(value).toBe(1);
          });
          let steps = 0;
          while (painting.undo() !== undefined) steps++;
          expect(painting.values).toEqual(original);
          for (let step = 0; step < steps; step++) painting.redo();
          expect(painting.values).toEqual(drawn);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a label map that goes back', () => {
  it('is the file that came, with other voxels', async () => {
    const form = { code: 1, affine: affineOfCodes('LAI', [0.7, 0.7, 2]) };
    const image = writeNifti({
      shape: [4, 3, 2],
      voxels: new Int16Array(24),
      spacingMm: [0.7, 0.7, 2],
      sform: form,
      qform: form,
    });
    const sent = writeLabelMap(
      Uint8Array.from({ length: 24 }, (_, n) => n % 5),
      image,
    );
    const { head, values } = await readLabelFile(new Uint8Array(sent).buffer);
    expect([...values]).toEqual([...readLabelMap(sent, 'sent').values]);
    const back = await writeLabelFile(head, values.fill(4, 0, 3));
    const read = readLabelMap(back, 'back');
    expect(read.geometry).toEqual(readLabelMap(sent, 'sent').geometry);
    expect([...read.values].slice(0, 4)).toEqual([4, 4, 4, 3]);
  });

  it('is refused when it is no NIfTI file or has wider voxels', async () => {
    await expect(readLabelFile(new Uint8Array(400).buffer)).rejects.toThrow('no NIfTI-1');
    const image = writeNifti({ shape: [2, 2, 2], voxels: new Int16Array(8), spacingMm: [1, 1, 1] });
    await expect(readLabelFile(new Uint8Array(image).buffer)).rejects.toThrow('than bytes');
  });
});

describe('what the overlay shows', () => {
  it('marks what was added and removed, and hides what is hidden', () => {
    const none = new Set<number>();
    expect([
      shownValue(3, 3, none),
      shownValue(0, 3, none),
      shownValue(3, 0, none),
      shownValue(2, 3, none),
    ]).toEqual([3, 5, 6, 5]);
    expect([shownValue(3, 3, new Set([3])), shownValue(3, 0, new Set([3]))]).toEqual([0, 0]);
  });
});

describe('active time', () => {
  it('counts from sign to sign, leaves pauses out, and knows which organ was drawn', () => {
    const clock = new ActiveClock();
    for (const [ms, organ] of [[0], [10_000, 'spleen'], [30_000, 'spleen'], [500_000], [505_000]] as const)
      clock.touch(ms, organ);
    expect(clock.read()).toEqual({ activeSeconds: 35, byOrgan: { spleen: 30 } });
    clock.reset();
    expect(clock.read()).toEqual({ activeSeconds: 0, byOrgan: {} });
  });
});
