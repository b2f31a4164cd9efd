import { PlusctError } from '../../domain/errors.js';

/**
 * Tensors of the Open Inference Protocol (KServe v2) as bytes: little-endian, row-major, without padding
 * (https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol/binary-tensor-data-extension).
 * An array with index i fastest is the row-major tensor of shape […, k, j, i].
 */
type Numbers = ArrayLike<number | bigint>;

const readers: Readonly<Record<string, (bytes: ArrayBuffer) => Numbers>> = {
  BOOL: (bytes) => new Uint8Array(bytes),
  UINT8: (bytes) => new Uint8Array(bytes),
  INT8: (bytes) => new Int8Array(bytes),
  UINT16: (bytes) => new Uint16Array(bytes),
  INT16: (bytes) => new Int16Array(bytes),
  UINT32: (bytes) => new Uint32Array(bytes),
  INT32: (bytes) => new Int32Array(bytes),
  UINT64: (bytes) => new BigUint64Array(bytes),
  INT64: (bytes) => new BigInt64Array(bytes),
  FP32: (bytes) => new Float32Array(bytes),
};

const bytesPerValue: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, UINT8: 1, INT8: 1, UINT16: 2, INT16: 2, UINT32: 4, INT32: 4, UINT64: 8, INT64: 8, FP32: 4 },
};

/** The values of a tensor of labels. Throws `SchemaViolation` on a type that holds no labels, or bytes that do not fill the shape. */
export function readTensor(datatype: string, shape: readonly number[], bytes: Uint8Array): Numbers {
  const reader = readers[datatype];
  if (reader === undefined) {
    const known = Object.keys(readers).join(', ');
    throw new PlusctError('SchemaViolation', `labels come as ${datatype}; they can be ${known}`);
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length !== count * bytesPerValue[datatype]!) {
    throw new PlusctError(
      'SchemaViolation',
      `a tensor ${datatype}[${shape.join(', ')}] came with ${bytes.length} bytes`,
    );
  }
  return reader(Uint8Array.from(bytes).buffer);
}

/** Hounsfield units as the type that the model takes. Throws `InvalidInput` on one that cannot hold them. */
export function writeTensor(datatype: string, hu: Int16Array): Uint8Array {
  if (datatype === 'INT16') return bytesOf(hu);
  if (datatype === 'INT32') return bytesOf(Int32Array.from(hu));
  if (datatype === 'FP32') return bytesOf(Float32Array.from(hu));
  throw new PlusctError('InvalidInput', `the model takes ${datatype}; images are INT16, INT32 or FP32`);
}

export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
