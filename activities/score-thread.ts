import { readFileSync } from 'node:fs';
import { readSparseLabelMap } from '../imaging/nifti.js';
import { scorePair } from '../imaging/score-pair.js';
import { crossing } from './crossing.js';
import { drawPicture } from './picture-work.js';
import type { FileScores, FileScoreWork } from './score-pool.js';

/** Scores the predictions of one case; the truth is read once, and one prediction is in memory at a time. */
export const scoreFiles = crossing(({ truth, predictions, contract }: FileScoreWork): FileScores => {
  const truthMap = readSparseLabelMap(readFileSync(truth), truth);
  return predictions.map(({ model, path }) => ({
    model,
    ...scorePair(truthMap, readSparseLabelMap(readFileSync(path), path), contract),
  }));
});

export const picture = crossing(drawPicture);
