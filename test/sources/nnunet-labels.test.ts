import { describe, expect, it } from 'vitest';
import { givenLabels, matchLabels } from '../../sources/nnunet-labels.js';

const named = (labels: Record<string, number | number[]>) =>
  Object.entries(labels).map(([name, value]) => ({
    name,
    values: typeof value === 'number' ? [value] : value,
  }));
const match = (labels: Record<string, number | number[]>) => matchLabels(named(labels), 'dataset.json');

describe('names of labels', () => {
  it.each([
    [
      'plain names',
      { liver: 1, kidney: 2, spleen: 3, pancreas: 4 },
      { liver: [1], kidney: [2], spleen: [3], pancreas: [4] },
    ],
    ['kidneys by side', { 'Left Kidney': 3, right_kidney: 2, liver: 1 }, { liver: [1], kidney: [2, 3] }],
    ['short names of kidneys', { rkid: 2, lkid: 3 }, { kidney: [2, 3] }],
    ['kidneys with L and R', { 'Kidney (L)': 3, 'Kidney (R)': 2 }, { kidney: [2, 3] }],
    ['tumours of an organ', { liver: 1, 'liver tumour': 2, Hepatic_Lesion: 3 }, { liver: [1, 2, 3] }],
    ['a tumour without a name beside one organ', { pancreas: 1, cancer: 2 }, { pancreas: [1, 2] }],
    ['tumours and cysts of kidneys', { kidney: 1, tumor: 2, cyst: 3 }, { kidney: [1, 2, 3] }],
    ['regions', { kidney: [1, 2, 3], masses: [2, 3], tumor: 2 }, { kidney: [1, 2, 3] }],
    ['a region of an organ with its tumour', { 'liver and tumor': [1, 2], tumor: 2 }, { liver: [1, 2] }],
  ])('match %s', (_, labels, organs) => {
    const { organLabels, remarks } = match(labels);
    expect(organLabels.organs).toEqual(organs);
    expect(remarks).toEqual([]);
    expect(organLabels.ignored).toBeUndefined();
  });

  it('leave other structures background, vessels and glands that sound like organs too', () => {
    const { organLabels } = match({
      liver: 1,
      'hepatic vessel': 2,
      'portal vein and splenic vein': 3,
      'right adrenal gland': 4,
      'renal vein': 5,
      'liver vessel': 6,
      stomach: 7,
    });
    expect(organLabels).toEqual({ organs: { liver: [1] }, ignored: [2, 3, 4, 5, 6, 7] });
  });

  it('do not take one kidney for both', () => {
    const { organLabels, remarks } = match({ liver: 1, 'left kidney': 2, 'left kidney tumor': 3 });
    expect(organLabels).toEqual({ organs: { liver: [1] }, ignored: [2, 3] });
    expect(remarks).toEqual([expect.stringContaining('only the left kidney is labelled')]);
  });

  it('leave an ignore label undefined, so that cases which have it are held back', () => {
    expect(match({ liver: 1, ignore: 2 }).organLabels).toEqual({ organs: { liver: [1] } });
  });

  it('are refused where no organ is among them, or a tumour may belong to several', () => {
    expect(() => match({ stomach: 1, 'pancreatic cancer': 2 })).toThrow(
      /none of stomach, pancreatic cancer is liver/,
    );
    expect(() => match({ liver: 1, kidney: 2, tumor: 3 })).toThrow(/"tumor" may belong to liver or kidney/);
    expect(() => match({ liver: [1, 2], spleen: [2, 3] })).toThrow(/value 2 is both liver and spleen/);
  });

  it('give way to what the user says', () => {
    const { organLabels } = givenLabels({ liver: [1, 3] }, named({ a: 1, b: 2, c: 3 }), 'dataset.json');
    expect(organLabels).toEqual({ organs: { liver: [1, 3] }, ignored: [2] });
    expect(() => givenLabels({ liver: [1], spleen: [1] }, [], 'dataset.json')).toThrow(
      /both liver and spleen/,
    );
  });
});
