// A program as challenges have them: reads every *_0000.nii.gz of a folder, writes a label map for each. It knows nothing of plusct.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const [, , input, output, how = 'well', note] = process.argv;
const value = how === 'strange' ? 9 : 1;

if (how === 'fail') {
  console.error('CUDA error: out of memory');
  process.exit(3);
}
if (how === 'hang') {
  // A child that outlives its parent unless the whole group is ended.
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  writeFileSync(note, String(child.pid));
  setInterval(() => {}, 1000);
} else {
  for (const name of readdirSync(input).filter((each) => each.endsWith('_0000.nii.gz'))) {
    const image = gunzipSync(readFileSync(join(input, name)));
    const target = join(output, how === 'misnamed' ? `x_${name}` : name.replace('_0000', ''));
    writeFileSync(target, how === 'garbage' ? 'no label map' : gzipSync(segment(image)));
  }
}

/** Soft and bright tissue gets the label; header of the image with uint8 voxels. */
function segment(image) {
  const dims = [1, 2, 3].map((n) => image.readInt16LE(40 + 2 * n));
  const count = dims[0] * dims[1] * dims[2];
  const labels = Buffer.alloc(count);
  for (let n = 0; n < count; n++) {
    const hu = image.readInt16LE(352 + 2 * n);
    labels[n] = hu > 75 && hu < 200 ? value : 0;
  }
  if (how !== 'flipped') return written(image, dims, labels);
  return written(flippedHeader(image, dims), dims, flippedVoxels(labels, dims));
}

function written(image, dims, labels) {
  const header = Buffer.from(image.subarray(0, 352));
  header.writeInt16LE(2, 70);
  header.writeInt16LE(8, 72);
  if (how === 'cropped') header.writeInt16LE(dims[2] - 1, 46);
  if (how === 'shifted') header.writeFloatLE(header.readFloatLE(292) + 7, 292);
  return Buffer.concat([header, how === 'cropped' ? labels.subarray(dims[0] * dims[1]) : labels]);
}

/** The same place in the patient, the first axis running the other way; only the sform says so. */
function flippedHeader(image, dims) {
  const header = Buffer.from(image);
  header.writeInt16LE(0, 252);
  for (const row of [280, 296, 312]) {
    const step = header.readFloatLE(row);
    header.writeFloatLE(-step, row);
    header.writeFloatLE(header.readFloatLE(row + 12) + step * (dims[0] - 1), row + 12);
  }
  return header;
}

function flippedVoxels(labels, [nx]) {
  const result = Buffer.alloc(labels.length);
  for (let n = 0; n < labels.length; n++) result[n - (n % nx) + (nx - 1 - (n % nx))] = labels[n];
  return result;
}
