import { type FailureKind, PlusctError } from '../../domain/errors.js';

/** How a process of nnU-Net ended, and the last that it said. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

interface FailureClass {
  readonly says: RegExp;
  readonly kind: FailureKind;
  readonly what: string;
  readonly remedy: string;
}

/** nnU-Net's exit code is 1 for everything: what happened is in its words. The first that fits counts. */
const classes: readonly FailureClass[] = [
  {
    says: /CUDA out of memory|OutOfMemoryError|CUBLAS_STATUS_ALLOC_FAILED/,
    kind: 'DeviceOutOfMemory',
    what: 'the device ran out of memory',
    remedy:
      'free the device, name a class of larger devices in the plan, or set a smaller batchSize or largestPatch',
  },
  {
    says: /Failed to find C compiler|InvalidCxxCompiler|Python\.h: No such file/,
    kind: 'EngineCrashed',
    what: 'torch could not compile the network',
    remedy: 'install a C compiler and the headers of Python, or start the worker with nnUNet_compile=f',
  },
  {
    says: /No space left on device|Disk quota exceeded/i,
    kind: 'EngineCrashed',
    what: 'the disk is full',
    remedy: 'make room below the folder of PLUSCT_ENGINES',
  },
  {
    says: /can't allocate memory|MemoryError|Cannot allocate memory/,
    kind: 'EngineCrashed',
    what: 'the machine ran out of memory',
    remedy: 'give it more memory, or run fewer workers on it',
  },
  {
    says: /device-side assert|illegal memory access|CUDA error|CUDNN_STATUS|NVIDIA driver/,
    kind: 'EngineCrashed',
    what: 'the CUDA device failed',
    remedy: 'look at it with nvidia-smi; another worker may do better',
  },
  {
    says: /Unexpected labels found|Shape mismatch between|Spacing mismatch between|contain NaN pixel|Some images have errors/,
    kind: 'InvalidInput',
    what: 'nnU-Net found the dataset wanting',
    remedy: 'correct the labels that it names',
  },
  {
    says: /Could not find requested nnunet trainer|setting_up_paths|No module named|ImportError/,
    kind: 'EngineMissing',
    what: 'the installation of nnU-Net is not whole',
    remedy: 'run `plusct engine install nnunet --again`',
  },
  {
    says: /Missing key\(s\) in state_dict|size mismatch for|Error\(s\) in loading state_dict/,
    kind: 'InvalidInput',
    what: 'the weights do not fit the plans',
    remedy: 'go on only from a model of the same organs and settings',
  },
  {
    says: /[Bb]ackground workers? (?:died|are no longer alive)|export worker died|some background workers/i,
    kind: 'EngineCrashed',
    what: 'a process that prepares data died, most likely for want of memory',
    remedy: 'give the machine more memory, or set nnUNet_n_proc_DA lower',
  },
];

/** What to throw for a process that ended otherwise than well. Whether a retry helps follows from the kind. Pure. */
export function failureOf(program: string, { code, signal, output }: Ending): PlusctError {
  const known = classes.find(({ says }) => says.test(output));
  const last = lastWords(output);
  const quoted = last === '' ? '' : ` (${last})`;
  if (known !== undefined)
    return new PlusctError(known.kind, `${program}: ${known.what}${quoted}: ${known.remedy}`);
  if (signal === 'SIGKILL' || code === 137)
    return new PlusctError(
      'EngineCrashed',
      `${program} was killed, most likely for want of memory${quoted}: give the machine more memory, or retry`,
    );
  if (code === 2) return new PlusctError('InvalidInput', `${program} did not take its arguments${quoted}`);
  const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
  return new PlusctError(
    'EngineCrashed',
    `${program} ${how}${quoted}: retry; if it happens again, look at the cause`,
  );
}

/** The line that says what went wrong: Python's last, or the last of all. */
export function lastWords(output: string): string {
  const lines = output
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const line =
    lines.findLast((each) => /^[\w.]*(?:Error|Exception|Interrupt)\b/.test(each)) ?? lines.at(-1) ?? '';
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

/** Where a prediction is made; each rung needs less of the device than the one before it. */
export const rungs = [
  { device: 'cuda', results: 'device' },
  { device: 'cuda', results: 'cpu' },
  { device: 'cpu', results: 'cpu' },
] as const;
export type Rung = (typeof rungs)[number];

/** The next rung after one that had too little memory; undefined when there is none, or when memory was not the fault. */
export function nextRung(rung: Rung, error: string): Rung | undefined {
  if (error !== 'OutOfMemoryError') return undefined;
  return rungs[rungs.indexOf(rung) + 1];
}

/** Faults of the image or the model, by Python's name: no retry can mend them. */
const faultsOfInput = new Set(['ImageFileError', 'HeaderDataError', 'AssertionError', 'KeyError']);

/** What to throw for a case that the sidecar could not do. Pure. */
export function predictionFailure(error: string, message: string): PlusctError {
  const words = lastWords(message);
  if (faultsOfInput.has(error))
    return new PlusctError('InvalidInput', `nnU-Net cannot take the image (${error}: ${words})`);
  return failureOf('nnU-Net’s prediction', { code: 1, signal: null, output: `${error}: ${words}` });
}
