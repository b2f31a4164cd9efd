import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextTurn, passedOverAtMost, type WaitingTurn } from '../../domain/device-turn.js';

const turn = (more: Partial<WaitingTurn> = {}): WaitingTurn => ({
  rank: 3,
  warm: false,
  passedOver: 0,
  ...more,
});

describe('the next turn on a device', () => {
  it('is nobody’s where nobody waits', () => {
    expect(nextTurn([])).toBeUndefined();
  });

  it('is the first one’s where all are alike', () => {
    expect(nextTurn([turn(), turn(), turn()])).toBe(0);
  });

  it('is that of the loaded model, so that a model is loaded once for several cases', () => {
    expect(nextTurn([turn(), turn({ warm: true }), turn({ warm: true })])).toBe(1);
  });

  it('is the urgent one’s, whatever is loaded', () => {
    expect(nextTurn([turn({ warm: true }), turn({ rank: 1 })])).toBe(1);
  });

  it('is that of whoever was passed over too often', () => {
    expect(nextTurn([turn({ passedOver: passedOverAtMost }), turn({ warm: true })])).toBe(0);
  });

  it('leaves nobody waiting for ever behind others of the same urgency', () => {
    const model = fc.integer({ min: 0, max: 3 });
    fc.assert(
      fc.property(fc.array(model, { minLength: 20, maxLength: 200 }), (models) => {
        const waiting: { model: number; passedOver: number }[] = [];
        let loaded = -1;
        for (const each of models) {
          waiting.push({ model: each, passedOver: 0 });
          if (waiting.length < 4) continue;
          const at = nextTurn(
            waiting.map(({ passedOver, model: own }) => ({ rank: 3, warm: own === loaded, passedOver })),
          )!;
          const [chosen] = waiting.splice(at, 1);
          for (const other of waiting.slice(0, at)) other.passedOver++;
          loaded = chosen!.model;
          // Those who came later than one who waits too long are at most the three who waited too long before it.
          for (const other of waiting) expect(other.passedOver).toBeLessThanOrEqual(passedOverAtMost + 3);
        }
      }),
    );
  });
});
