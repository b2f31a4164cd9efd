import { readFileSync } from 'node:fs';
import { readCt, readLabelMap } from '../imaging/nifti.js';
import { type SliceView, worstSlice } from '../imaging/slice-view.js';
import { drawSlice } from '../reports/slice-picture.js';

/** A file in memory, or where it lies. */
export type FileSource = Uint8Array | string;

export interface PictureWork {
  readonly truth: FileSource;
  readonly prediction: FileSource;
  /** The CT on the same voxels, drawn under the outlines. */
  readonly image?: FileSource;
  /** Label values that make up the organ. */
  readonly labels: readonly number[];
}

export interface Picture extends Pick<SliceView, 'slice' | 'slices' | 'differingVoxels'> {
  readonly svg: string;
}

/** The axial slice where truth and prediction of an organ differ most, as SVG; undefined where neither has the organ. */
export function drawPicture({ truth, prediction, image, labels }: PictureWork): Picture | undefined {
  const view = worstSlice(
    readLabelMap(bytesOf(truth), 'truth'),
    readLabelMap(bytesOf(prediction), 'prediction'),
    labels,
    image === undefined ? undefined : readCt(bytesOf(image), 'image'),
  );
  if (view === undefined) return undefined;
  const { slice, slices, differingVoxels } = view;
  return { svg: drawSlice(view), slice, slices, differingVoxels };
}

function bytesOf(source: FileSource): Uint8Array {
  return typeof source === 'string' ? readFileSync(source) : source;
}
