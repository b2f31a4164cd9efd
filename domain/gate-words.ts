import type { GateFigures } from './gate.js';

/** Puts a share of 1, which is not negative, into words: `0.873`, `87.3`. */
export type ShareText = (share: number) => string;

/** `incumbent → candidate`. */
export function gateMeans({ candidateMean, incumbentMean }: GateFigures, text: ShareText): string {
  return candidateMean === null || incumbentMean === null
    ? '–'
    : `${text(incumbentMean)} → ${text(candidateMean)}`;
}

/** The mean difference with its interval of 95 %. */
export function gateDifference({ difference, interval }: GateFigures, text: ShareText): string {
  const signed = (share: number) => `${share < 0 ? '−' : '+'}${text(Math.abs(share))}`;
  if (difference === null) return '–';
  const between = interval === null ? '' : ` (${signed(interval[0])} to ${signed(interval[1])})`;
  return `${signed(difference)}${between}`;
}
