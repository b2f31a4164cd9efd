import { describe, expect, it } from 'vitest';
import { geometryFromAffine } from '../../imaging/geometry.js';
import { threePlanes } from '../../imaging/three-planes.js';
import { drawThreePlanes } from '../../reports/three-plane-picture.js';

/** Voxels of 2 mm. */
function drawn(shape: [number, number, number], scaleBar = true, path = 'scan.nii'): string {
  const geometry = geometryFromAffine(
    shape,
    [
      [2, 0, 0, 0],
      [0, 2, 0, 0],
      [0, 0, 2, 0],
    ],
    'sform',
  );
  const hu = new Int16Array(shape[0] * shape[1] * shape[2]);
  const values = [{ value: 1, name: 'liver' }];
  const title = [path, 'voxels of 2 mm'] as const;
  return drawThreePlanes(threePlanes(geometry, { hu }), { title, values, scaleBar });
}

const sizeOf = (svg: string) => /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!.slice(1).map(Number);
const placesOf = (svg: string) =>
  [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)"[^>]+fill="#000"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);

describe('the picture of three planes', () => {
  it('has them side by side where a scan is high', () => {
    const svg = drawn([20, 20, 20]);
    const [axial, coronal, sagittal] = placesOf(svg);
    expect(new Set([axial![1], coronal![1], sagittal![1]]).size).toBe(1);
    expect(sagittal![0]).toBeGreaterThan(coronal![0]!);
  });

  it('has the coronal above the sagittal one where a scan is short, so that nothing is empty', () => {
    const svg = drawn([20, 20, 8]);
    const [axial, coronal, sagittal] = placesOf(svg);
    expect(coronal![1]).toBe(axial![1]);
    expect(sagittal![0]).toBe(coronal![0]);
    expect(sagittal![1]).toBeGreaterThan(coronal![1]!);
    expect(sizeOf(svg)[0]).toBeLessThan(sizeOf(drawn([20, 20, 20]))[0]!);
  });

  it('leaves planes of one row out, and letters where there is no room for two', () => {
    expect(placesOf(drawn([20, 20, 1]))).toHaveLength(1);
    const letters = [...drawn([40, 40, 2]).matchAll(/>([A-Z])</g)].map(([, each]) => each).sort();
    expect(letters.join('')).toBe('AALPPR'.concat('LR').split('').sort().join(''));
  });

  it('has a bar of 50 mm where millimetres are known', () => {
    expect(drawn([20, 20, 20])).toContain('50 mm');
    expect(drawn([20, 20, 20], false)).not.toContain('50 mm');
  });

  it('breaks a long title and keeps the end of a long path', () => {
    const svg = drawn([20, 20, 1], true, `${'folder/'.repeat(40)}scan.nii`);
    expect(svg).toMatch(/>…[^<]+scan\.nii</);
    expect(svg).toContain('>voxels of 2 mm<');
  });
});
