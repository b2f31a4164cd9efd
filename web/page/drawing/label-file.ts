/** A label map as a NIfTI file: its bytes up to the voxels are kept, so that the file that goes back is on the same grid. */
export interface LabelFile {
  /** Everything before the voxels: header and extensions. */
  readonly head: Uint8Array;
  /** One byte for each voxel, in the order of the file. */
  readonly values: Uint8Array;
}

/** Of the NIfTI-1 standard: where the header says how long it is, what a voxel is and where voxels begin. */
const [headerLength, typeAt, offsetAt, uint8Type] = [348, 70, 108, 2];

/** Takes a label map of the server apart; `bytes` may be gzipped. Throws when voxels are not single bytes. */
export async function readLabelFile(bytes: ArrayBuffer): Promise<LabelFile> {
  const plain = await gunzipped(bytes);
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength);
  const littleEndian = view.getInt32(0, true) === headerLength;
  if (!littleEndian && view.getInt32(0) !== headerLength) throw new Error('This is no NIfTI-1 file.');
  if (view.getInt16(typeAt, littleEndian) !== uint8Type)
    throw new Error('The label map has other voxels than bytes.');
  const start = view.getFloat32(offsetAt, littleEndian);
  const count = [1, 2, 3].reduce((all, axis) => all * view.getInt16(40 + 2 * axis, littleEndian), 1);
  return { head: plain.slice(0, start), values: plain.slice(start, start + count) };
}

/** The same file with other voxels, gzipped. */
export async function writeLabelFile(head: Uint8Array, values: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const parts = new Blob([copy(head), copy(values)]);
  return bytesOf(parts.stream().pipeThrough(new CompressionStream('gzip')));
}

async function gunzipped(bytes: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> {
  const given = new Uint8Array(bytes);
  if (given[0] !== 0x1f || given[1] !== 0x8b) return given;
  return bytesOf(new Blob([given]).stream().pipeThrough(new DecompressionStream('gzip')));
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(copyable(stream)).arrayBuffer());
}

/** Types of the standard library differ on what buffer a stream's pieces lie in; at run time it is the same stream. */
function copyable(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
      transform: (piece, out) => out.enqueue(copy(piece)),
    }),
  );
}

function copy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
