import type { FindingCode } from './finding-catalogue.js';

/** Failures that no retry can mend; their names are in every activity's retry policy. */
export const permanentFailures = [
  'CorruptVolume',
  'UnsupportedGeometry',
  'SchemaViolation',
  'ModelNotFound',
  'ConflictingResult',
  'InvalidInput',
  'DeviceTooSmall',
] as const;
/** Failures that may pass: a server that is away, a worker that was killed. */
export const passingFailures = [
  'StoreUnavailable',
  'SourceUnavailable',
  'EngineCrashed',
  /** Of what else runs on the device, or of this work: the same device is tried once more, then a larger class. */
  'DeviceOutOfMemory',
  /** The device does what takes days: another one may be free. */
  'DeviceBusy',
  /** This worker lacks the engine; another may have it, and somebody may install it. */
  'EngineMissing',
  'Cancelled',
] as const;
export type FailureKind = (typeof permanentFailures)[number] | (typeof passingFailures)[number];

/** Thrown when plusct knows what went wrong. Whether a retry helps follows from the kind alone. */
export class PlusctError extends Error {
  override readonly name = 'PlusctError';
  constructor(
    readonly kind: FailureKind,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  get permanent(): boolean {
    return (permanentFailures as readonly string[]).includes(this.kind);
  }
}

/** What is wrong with one file, precise enough to become a finding. */
export interface DataFault {
  readonly code: FindingCode;
  readonly message: string;
  readonly suggestion: string;
  readonly field?: string;
  readonly value?: string;
}

/** Thrown by parsers on bytes that cannot be used; ingest turns it into a finding. No retry can help. */
export class DataError extends PlusctError {
  constructor(readonly fault: DataFault) {
    super('CorruptVolume', fault.message);
  }
}
