import { describe, expect, it } from 'vitest';
import { nnunetSettings } from '../../../engines/nnunet/settings.js';
import { engineByName } from '../../../engines/registry.js';

describe('settings of nnU-Net', () => {
  it('are nnU-Net’s own defaults, with every test-time mirror off', () => {
    expect(nnunetSettings({})).toEqual({
      configuration: '3d_fullres',
      epochs: 1000,
      fineTuneEpochs: 100,
      iterationsPerEpoch: 250,
      learningRate: 0.01,
      planner: 'default',
      saveEvery: 10,
      testTimeAugmentation: false,
      device: 'auto',
    });
  });

  it('that nobody knows are refused with those there are', () => {
    expect(() => nnunetSettings({ epoch: 5 })).toThrow(
      /the engine nnunet has no setting "epoch"; it has configuration, epochs, .*device/,
    );
  });

  it.each([
    [{ configuration: '3d_cascade' }, /the setting configuration .* cannot be "3d_cascade"/],
    [{ epochs: 0 }, /the setting epochs .* cannot be 0/],
    [{ learningRate: 'fast' }, /the setting learningRate .* cannot be "fast"/],
    [{ batchSize: 2.5 }, /the setting batchSize .* cannot be 2.5/],
  ])('that cannot be used are named: %j', (given, message) => {
    expect(() => engineByName('nnunet').settingsOf(given)).toThrow(message);
  });
});
