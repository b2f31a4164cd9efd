import { describe, expect, it } from 'vitest';
import { adjustedPlans } from '../../../engines/nnunet/plans.js';
import { nnunetSettings } from '../../../engines/nnunet/settings.js';

/** As much of a plans file as matters here: sides are divided by 16, 16 and 8 on the way down. */
const plans = {
  dataset_name: 'Dataset001_plusct',
  configurations: {
    '3d_fullres': {
      patch_size: [128, 96, 40],
      batch_size: 2,
      spacing: [1, 1, 2],
      architecture: {
        arch_kwargs: {
          strides: [
            [1, 1, 1],
            [2, 2, 2],
            [2, 2, 2],
            [2, 2, 2],
            [2, 2, 1],
          ],
          n_stages: 5,
        },
      },
    },
  },
};
const adjusted = (given: Record<string, number | string>) =>
  JSON.parse(adjustedPlans(JSON.stringify(plans), nnunetSettings(given)));

describe('plans', () => {
  it('stay as they were planned unless settings say otherwise', () => {
    expect(adjusted({})).toEqual(plans);
  });

  it('take a batch and a largest side, in steps that the network can halve', () => {
    const own = adjusted({ batchSize: 1, largestPatch: 70 }).configurations['3d_fullres'];
    expect(own).toMatchObject({ batch_size: 1, patch_size: [64, 64, 40], spacing: [1, 1, 2] });
  });

  it('refuse a patch that the network would halve to nothing', () => {
    expect(() => adjusted({ largestPatch: 16 })).toThrow(
      'largestPatch 16 is too small for the planned network: give at least 32',
    );
  });

  it('refuse a configuration that was not planned', () => {
    expect(() => adjusted({ configuration: '2d' })).toThrow(
      'nnU-Net planned no 2d for these cases, but 3d_fullres',
    );
  });
});
