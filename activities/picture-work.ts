import { readCt, readLabelMap } from '../imaging/nifti.js';
import { type SliceView, worstSlice } from '../imaging/slice-view.js';
import { drawSlice } from '../reports/slice-picture.js';
import { readVolumeFiles, type VolumeFiles } from './volume-files.js';

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
  const [truthFiles, predictionFiles] = [filesOf(truth), filesOf(prediction)];
  const imageFiles = image === undefined ? undefined : filesOf(image);
  const view = worstSlice(
    readLabelMap(truthFiles.bytes, 'truth', truthFiles.image),
    readLabelMap(predictionFiles.bytes, 'prediction', predictionFiles.image),
    labels,
    imageFiles && readCt(imageFiles.bytes, 'image', imageFiles.image),
  );
  if (view === undefined) return undefined;
  const { slice, slices, differingVoxels } = view;
  return { svg: drawSlice(view), slice, slices, differingVoxels };
}

function filesOf(source: FileSource): VolumeFiles {
  return typeof source === 'string' ? readVolumeFiles(source) : { bytes: source };
}
