import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawHeldOut, leaks } from '../../domain/held-out.js';

const seen = (name: string, image = name) => ({ name, imageSha256: image });

describe('cases that judge', () => {
  it('leak where a model was trained on the case, on its image elsewhere, or on a copy of its scan', () => {
    const groups = [['lits/volume-1', 'msd-pancreas/pancreas_7']];
    const trained = [seen('lits/volume-1'), seen('kits19/case_00001', 'x')];
    const leak = leaks(trained, groups);
    expect(leak(seen('lits/volume-1', 'other'))).toBe('lits/volume-1');
    expect(leak(seen('msd-pancreas/pancreas_7'))).toBe('lits/volume-1');
    expect(leak(seen('abdomenct-1k/Case_00009', 'x'))).toBe('kits19/case_00001');
    expect(leak(seen('lits/volume-2'))).toBeUndefined();
  });

  it('are as many as the share says, all of the eligible at most, and never half of a scan', () => {
    const count = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(count, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(99), (n, share, seed) => {
        const eligible = Array.from({ length: n }, (_, at) => `c/${at}`);
        const groups = n > 2 ? [['c/0', 'c/1']] : [];
        const drawn = drawHeldOut(eligible, n + 5, { groups, share, seed });
        expect(drawn.length).toBeLessThanOrEqual(Math.min(n, Math.ceil(share * (n + 5)) + 1));
        expect(drawn).toEqual(drawHeldOut([...eligible].reverse(), n + 5, { groups, share, seed }));
        if (n > 2) expect(drawn.includes('c/0')).toBe(drawn.includes('c/1'));
      }),
    );
  });
});
