import { describe, expect, it } from 'vitest';
import { HuCollector, integerHu } from '../../imaging/hounsfield.js';

describe('HU', () => {
  it('are rounded to the nearest integer; no −0 is left', () => {
    const collector = new HuCollector(4);
    collector.add(Float64Array.of(-0.3, 0.5, 1.49, -1000.6), 0);
    expect(collector.result()).toEqual({
      hu: Int16Array.of(0, 1, 1, -1001),
      minHu: -1001,
      maxHu: 1,
      notFinite: 0,
    });
    const zero = new HuCollector(1);
    zero.add(Float64Array.of(-0.3), 0);
    expect(Object.is(zero.result().minHu, 0)).toBe(true);
  });

  it('that are integers already keep their array', () => {
    const hu = Int16Array.of(5, -7, 3);
    expect(integerHu(hu)).toEqual({ hu, minHu: -7, maxHu: 5, notFinite: 0 });
    expect(integerHu(hu).hu).toBe(hu);
  });
});
