import { gunzipSync } from 'node:zlib';
import { inflateStart, isGzip } from './inflate.js';
import { maxHeaderBytes, parseNiftiHeader } from './nifti-header.js';
import { forViewers, gzipStable } from './nifti-write.js';

/**
 * A volume as datasets of other tools have it: one .nii.gz of three axes that ITK and nibabel read alike. Voxels stay; a
 * fourth axis of length 1 is no longer counted, and a header whose axes are skewed gets the straightened ones beside them.
 * Same input, same bytes. Throws `DataError` on what is no NIfTI file.
 */
export function packedVolume(file: Uint8Array): Uint8Array {
  const viewable = withThreeAxes(forViewers(file));
  return isGzip(viewable) ? viewable : gzipStable(viewable);
}

const dimAt = 40;

function withThreeAxes(file: Uint8Array): Uint8Array {
  const header = parseNiftiHeader(inflateStart(file, 'volume', maxHeaderBytes), 'volume');
  const [rank] = header.dims;
  if (rank === 3 || header.version !== 1) return file;
  const bytes = new Uint8Array(isGzip(file) ? gunzipSync(file) : file);
  new DataView(bytes.buffer, bytes.byteOffset).setInt16(dimAt, 3, header.littleEndian);
  return bytes;
}
