import { describe, expect, it } from 'vitest';
import {
  nothingTrained,
  progressNote,
  readTrainingLine,
  type TrainingProgress,
} from '../../../engines/nnunet/training-progress.js';

/** What nnU-Net 2.8.1 printed while it trained on sample cases; warnings of other packages are between its lines. */
const recorded = `
############################
INFO: You are using the old nnU-Net default plans. We have updated our recommendations. Please consider using those instead! Read more here: https://github.com/MIC-DKFZ/nnUNet/blob/master/documentation/resenc_presets.md
############################

Using device: cpu
2026-11-27 10:25:16.364351: do_dummy_2d_data_aug: False
2026-11-27 10:25:16.935566:
2026-11-27 10:25:16.936455: Epoch 0
2026-11-27 10:25:16.936590: Current learning rate: 0.01
2026-11-27 10:27:02.553819: train_loss 0.405
2026-11-27 10:27:02.569035: val_loss 0.0531
2026-11-27 10:27:02.571047: Pseudo dice [np.float32(0.0)]
2026-11-27 10:27:02.571158: Epoch time: 105.62 s
2026-11-27 10:27:03.500421: Saved checkpoint_latest.pth after epoch 0
2026-11-27 10:27:03.500888: Yayy! New best EMA pseudo Dice: 0.0
2026-11-27 10:27:03.501792:
2026-11-27 10:27:03.501824: Epoch 1
2026-11-27 10:27:03.501879: Current learning rate: 0.00694`;

const readAll = (text: string, from: TrainingProgress = nothingTrained) =>
  text.split('\n').reduce(readTrainingLine, from);

describe('the progress of a training', () => {
  it('is read from what nnU-Net prints', () => {
    expect(readAll(recorded)).toEqual({
      finished: 1,
      trainLoss: 0.405,
      pseudoDice: 0,
      bestEmaDice: 0,
      epochSeconds: 105.62,
      savedEpoch: 0,
    });
  });

  it('knows an epoch to be finished as soon as its checkpoint is whole', () => {
    const line = '2026-11-27 10:27:03.500421: Saved checkpoint_latest.pth after epoch 41 ';
    expect(readTrainingLine({ finished: 41 }, line)).toEqual({ finished: 42, savedEpoch: 41 });
  });

  it('begins where the training goes on from', () => {
    expect(readAll('2026-11-27 10:27:03.501824: Epoch 700')).toEqual({ finished: 700 });
  });

  it('takes the mean of the organs that a patch showed', () => {
    const line = (list: string) => readAll(`2026-11-27 10:27:02.571047: Pseudo dice [${list}]`);
    expect(line('np.float32(0.9), np.float32(0.7)').pseudoDice).toBeCloseTo(0.8);
    expect(line('0.5, nan').pseudoDice).toBe(0.5);
    expect(line('nan')).toEqual(nothingTrained);
  });

  it('is over at the last word, and not before', () => {
    expect(readAll('2026-11-27 10:29:00.1: Training done.').done).toBe(true);
    expect(readAll('Epoch time is money; Training done. is not at the start')).toEqual(nothingTrained);
  });

  it('is one line for people', () => {
    expect(progressNote(nothingTrained, 1000)).toBe('epoch 0/1000');
    expect(progressNote(readAll(recorded), 3)).toBe(
      'epoch 1/3, pseudo Dice 0.000, best EMA 0.000, loss 0.405, 106 s an epoch',
    );
  });
});
