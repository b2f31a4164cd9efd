import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../cli/build-plan.js';

describe('--engine-setting', () => {
  it('takes numbers, true and false as such, and everything else as text', () => {
    expect(
      parseSettings(['epochs=5', 'learningRate=1e-3', 'testTimeAugmentation=true', 'device=cpu', 'note=a=b']),
    ).toEqual({
      epochs: 5,
      learningRate: 0.001,
      testTimeAugmentation: true,
      device: 'cpu',
      note: 'a=b',
    });
  });

  it.each(['epochs', '=5', 'epochs='])('refuses %s', (text) => {
    expect(() => parseSettings([text])).toThrow(
      `--engine-setting is '${text}'; give a name and a value, as epochs=50`,
    );
  });
});
