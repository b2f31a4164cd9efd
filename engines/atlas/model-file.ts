import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { PlusctError } from '../../domain/errors.js';
import { OrganName } from '../../domain/primitives.js';
import { type CubicGrid, voxelCount } from '../../imaging/resample.js';
import type { AtlasModel } from './model.js';
import { toBytes } from './picture.js';

/** First bytes of the unpacked file. */
const magic = 'plusct-atlas\n';
const version = 1;
/** No model is larger; what claims to be is not unpacked. */
const largestBytes = 2 ** 30;

const Triple = z.tuple([z.number(), z.number(), z.number()]);
const Size = z.number().int().positive().max(4096);
const Grid = z.object({
  shape: z.tuple([Size, Size, Size]),
  spacingMm: z.number().positive(),
  originMm: Triple,
});
const Header = z.object({
  version: z.literal(version),
  organ: OrganName,
  /** The template's whole scan: one byte per voxel, first in the payload. */
  overview: z.object({ grid: Grid, fromMm: Triple, toMm: Triple }),
  /** Region of the exemplars: for each of them scan and organ follow, one byte per voxel. */
  region: Grid,
  exemplars: z.array(z.object({ id: z.string() })).min(1),
});
type Header = z.infer<typeof Header>;

/**
 * Writes a model: gzip over `plusct-atlas\n`, the header's length (32 bits, little-endian), the header as JSON, and
 * the arrays it announces. The same model always gives the same bytes.
 */
export function encodeModel(model: AtlasModel): Uint8Array {
  const { organ, overview, region, exemplars } = model;
  const content: Header = {
    version,
    organ,
    overview: { grid: plain(overview.picture.grid), fromMm: [...overview.fromMm], toMm: [...overview.toMm] },
    region: plain(region),
    exemplars: exemplars.map(({ id }) => ({ id })),
  };
  const header = Buffer.from(JSON.stringify(content));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const arrays = [toBytes(overview.picture.values), ...exemplars.flatMap((one) => [one.values, one.organ])];
  const packed = gzipSync(Buffer.concat([Buffer.from(magic), length, header, ...arrays]));
  // The tenth byte of gzip names the operating system; 255 is "unknown".
  packed[9] = 255;
  return new Uint8Array(packed);
}

function plain(grid: CubicGrid): Header['region'] {
  return { shape: [...grid.shape], spacingMm: grid.spacingMm, originMm: [...grid.originMm] };
}

/** Reads a model. Throws `SchemaViolation` for bytes that `encodeModel` of this version did not write. */
export function decodeModel(bytes: Uint8Array): AtlasModel {
  const unpacked = unpack(bytes);
  const start = magic.length + 4;
  if (unpacked.length < start || unpacked.toString('latin1', 0, magic.length) !== magic)
    throw foreign('it does not begin with "plusct-atlas"');
  const end = start + unpacked.readUInt32LE(magic.length);
  const header = parseHeader(unpacked.toString('utf8', start, end));
  const overviewSize = voxelCount(header.overview.grid);
  const size = voxelCount(header.region);
  const expected = end + overviewSize + 2 * size * header.exemplars.length;
  if (unpacked.length !== expected)
    throw foreign(`it unpacks to ${unpacked.length} bytes, its header says ${expected}`);
  const array = (from: number, length: number) => Uint8Array.from(unpacked.subarray(from, from + length));
  const { grid, fromMm, toMm } = header.overview;
  return {
    organ: header.organ,
    overview: { picture: { grid, values: Float32Array.from(array(end, overviewSize)) }, fromMm, toMm },
    region: header.region,
    exemplars: header.exemplars.map(({ id }, index) => {
      const from = end + overviewSize + 2 * size * index;
      return { id, values: array(from, size), organ: array(from + size, size) };
    }),
  };
}

function unpack(bytes: Uint8Array): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: largestBytes });
  } catch (error) {
    throw foreign('it is not a whole gzip file', error);
  }
}

function parseHeader(text: string): Header {
  try {
    return Header.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : 'it is not JSON';
    throw foreign(`its header cannot be read (${reason}; this engine reads version ${version})`, error);
  }
}

function foreign(reason: string, cause?: unknown): PlusctError {
  const remedy = 'load bytes that the atlas engine of this version trained';
  return new PlusctError('SchemaViolation', `not a model of the atlas engine: ${reason}; ${remedy}`, {
    cause,
  });
}
