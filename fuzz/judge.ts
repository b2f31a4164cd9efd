import { DataError, PlusctError } from '../domain/errors.js';
import { readDicomSeries } from '../imaging/dicom.js';
import { readDicomTexts } from '../imaging/dicom-file.js';
import { inflate } from '../imaging/inflate.js';
import { readCt, readHashedCt, readLabelMap, readNiftiHeader } from '../imaging/nifti.js';
import { niftiFreeText } from '../imaging/nifti-free-text.js';
import { voxelHash } from '../imaging/voxel-hash.js';
import { readDicomHead } from '../sources/dicom-head.js';
import { Dice } from './dice.js';
import { dicomInputs, slice } from './dicom-inputs.js';
import { gzipInputs } from './gzip-inputs.js';
import { niftiInputs } from './nifti-inputs.js';

/** What came of one input: `read`, the code that refused it, or a fault of plusct. */
export interface Verdict {
  readonly kind: string;
  readonly outcome: string;
  /** Why it is a fault: another error than a refusal, or a refusal that does not say enough. */
  readonly fault?: string;
}

const inputs = { ...niftiInputs, ...gzipInputs, ...dicomInputs };
export const kinds = Object.keys(inputs);
const firstSlice = slice(1, 'explicit');

/** Number `n` of the inputs of a seed. */
export function inputOf(
  seed: string,
  n: number,
  only: readonly string[] = kinds,
): { kind: string; bytes: Uint8Array } {
  const kind = only[n % only.length];
  return { kind, bytes: inputs[kind](new Dice(`${seed}/${n}`)) };
}

type Reader = (bytes: Uint8Array, where: string) => unknown;

const maxInflated = 64 * 1024 ** 2;
const niftiReaders: readonly Reader[] = [
  (bytes, where) => readNiftiHeader(bytes, where),
  niftiFreeText,
  (bytes, where) => readLabelMap(bytes, where),
  (bytes, where) => readAlike(bytes, where),
];
const readers: Readonly<Record<string, readonly Reader[]>> = {
  nifti: niftiReaders,
  gzip: [(bytes, where) => inflate(bytes, where, maxInflated), ...niftiReaders],
  dicom: [
    (bytes) => readDicomHead(bytes),
    (bytes, where) => readDicomTexts(where, bytes),
    (bytes, where) =>
      readDicomSeries([
        { path: where, bytes: firstSlice },
        { path: where, bytes },
      ]),
  ],
};

/** A scan is read and hashed at once as it is read first and hashed then: the same voxels, or the same refusal. */
function readAlike(bytes: Uint8Array, where: string): void {
  const plain = hashOrRefusal(() => voxelHash(readCt(bytes, where).hu));
  const hashed = hashOrRefusal(() => readHashedCt(bytes, where).voxelSha256);
  const [one, other] = [plain, hashed].map((each) => (typeof each === 'string' ? each : each.fault.code));
  if (one !== other)
    throw new Error(`${where}: ${one} when it is read, ${other} when it is hashed on the way`);
  if (plain instanceof DataError) throw plain;
}

function hashOrRefusal(read: () => string): string | DataError {
  try {
    return read();
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
}

/** Gives one input to every reader of its format. The outcome is that of the last one, which reads voxels. */
export function judge(seed: string, n: number, only?: readonly string[]): Verdict {
  const { kind, bytes } = inputOf(seed, n, only);
  const where = `input-${n}`;
  let outcome = 'read';
  for (const read of readers[kind.split(' ')[0]]) {
    try {
      read(bytes, where);
      outcome = 'read';
    } catch (error) {
      const fault = faultOf(error, where);
      if (fault !== undefined) return { kind, outcome: 'FAULT', fault };
      outcome = error instanceof DataError ? error.fault.code : 'refused';
    }
  }
  return { kind, outcome };
}

/** What is wrong with an error; undefined for a refusal that names file, field and value. */
function faultOf(error: unknown, where: string): string | undefined {
  if (!(error instanceof DataError)) {
    if (error instanceof PlusctError) return `refused without code: ${error.message}`;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { message, field, value } = error.fault;
  const missing = [
    ...(message.includes(where) ? [] : ['the file']),
    ...(field === undefined || field === '' ? ['the field'] : []),
    ...(value === undefined || value === '' ? ['the value'] : []),
  ];
  return missing.length === 0
    ? undefined
    : `${error.fault.code} does not name ${missing.join(' and ')}: ${message}`;
}
