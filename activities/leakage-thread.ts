import { readFileSync } from 'node:fs';
import { DataError } from '../domain/errors.js';
import type { SameScan, ScanSketch } from '../domain/same-scan.js';
import { type LabelSketch, labelSketch, sameLabels } from '../imaging/mask-copies.js';
import { readCt, readLabelMap } from '../imaging/nifti.js';
import { sameScan, viewScan } from '../imaging/same-scan.js';
import { sketchOf } from '../sources/scan-sketch.js';
import { sha256 } from '../storage/hash.js';
import { crossing } from './crossing.js';

/** What a file is and what it is found again by; `fault` where it cannot be read. */
export type FileSketch = { readonly path: string; readonly sha256: string } & (
  | { readonly kind: 'ct'; readonly sketch: ScanSketch }
  | { readonly kind: 'labels'; readonly sketch: LabelSketch }
  | { readonly kind: 'fault'; readonly message: string }
);

/** Neighbours in a label map are nearly always equal, those in a CT never are. */
const leastEqualNeighbours = 0.8;

export const sketch = crossing(({ path }: { path: string }): FileSketch => {
  const bytes = readFileSync(path);
  const hash = sha256(bytes);
  try {
    const ct = readCt(bytes, path);
    if (!looksLikeLabels(ct.hu, ct.minHu)) return { path, sha256: hash, kind: 'ct', sketch: sketchOf(ct) };
    return { path, sha256: hash, kind: 'labels', sketch: labelSketch(readLabelMap(bytes, path)) };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { path, sha256: hash, kind: 'fault', message: error.fault.message };
  }
});

function looksLikeLabels(values: Int16Array, least: number): boolean {
  if (least < 0) return false;
  let equal = 0;
  for (let n = 1; n < values.length; n++) if (values[n] === values[n - 1]) equal++;
  return equal >= leastEqualNeighbours * values.length;
}

export const compare = crossing(
  ({ one, other, kind }: { one: string; other: string; kind: 'ct' | 'labels' }): SameScan | undefined => {
    if (kind === 'labels')
      return sameLabels(readLabelMap(readFileSync(one), one), readLabelMap(readFileSync(other), other));
    return sameScan(viewScan(readCt(readFileSync(one), one)), viewScan(readCt(readFileSync(other), other)));
  },
);
