import { readSparseLabelMap } from '../imaging/nifti.js';
import { scorePair } from '../imaging/score-pair.js';
import { crossing } from './crossing.js';
import { drawPicture } from './picture-work.js';
import type { FileScores, FileScoreWork } from './score-pool.js';
import { readVolumeFiles } from './volume-files.js';

/** Scores the predictions of one case; the truth is read once, and one prediction is in memory at a time. */
export const scoreFiles = crossing(({ truth, predictions, contract }: FileScoreWork): FileScores => {
  const truthMap = readLabels(truth);
  return predictions.map(({ model, path }) => ({
    model,
    ...scorePair(truthMap, readLabels(path), contract),
  }));
});

function readLabels(path: string) {
  const { bytes, image } = readVolumeFiles(path);
  return readSparseLabelMap(bytes, path, image);
}

export const picture = crossing(drawPicture);
