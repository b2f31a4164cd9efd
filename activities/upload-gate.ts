import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { UploadRefusal, UploadSummary, UploadVerdict } from '../domain/upload-verdict.js';
import { threadEntry } from '../engines/thread.js';

/** What reading one upload may take. */
export interface GateLimits {
  readonly seconds: number;
  /** Resident memory of the child, its start included. */
  readonly memoryMiB: number;
  /** Size of the file itself. */
  readonly fileBytes: number;
}

/**
 * A 512 × 512 × 300 mask takes about a second and 0.2 GiB as bytes, 0.8 GiB as doubles; the rest is room for longer scans and
 * slow machines.
 */
export const gateLimits: GateLimits = { seconds: 60, memoryMiB: 3072, fileBytes: 1024 ** 3 };

/** What the child is asked; paths are absolute. */
export interface GateWork {
  readonly path: string;
  /** Header of the case's image, base64: the mask has to lie on its grid. */
  readonly header?: string;
  /** Where the mask goes as a gzipped uint8 NIfTI under that header. */
  readonly out?: string;
}

/** Children that may read at once; more uploads wait. */
const mostChildren = 2;
/** The heap holds little; voxels are in array buffers, which the child's guard counts. */
const heapMiB = 256;
/** How long a child waits for more work: its start is most of the time that a small file takes. */
const idleMs = 60_000;

interface Waiting {
  readonly work: GateWork;
  readonly limits: GateLimits;
  readonly answer: (verdict: UploadVerdict) => void;
}

interface Child {
  readonly process: ChildProcess;
  readonly memoryMiB: number;
  expiry?: NodeJS.Timeout;
}

const queue: Waiting[] = [];
const idle: Child[] = [];
let busy = 0;

/**
 * Whether a file (a path, or its bytes) can be taken as a mask: NIfTI or NRRD, whole, with whole numbers as values. With
 * `header` (the start of the case's image, as in its passport) it also has to lie on the image's grid. The
 * file is read in another process with limits of memory and time and without credentials in its environment, so that whatever it
 * is, the caller goes on. Rejects only when no process can be started.
 */
export async function checkUpload(
  upload: string | Uint8Array,
  header?: Uint8Array,
  limits: GateLimits = gateLimits,
): Promise<UploadVerdict> {
  return withFile(upload, limits, (path) => pass({ path, ...headerOf(header) }, limits));
}

/**
 * As `checkUpload`, and gives the mask back as a gzipped uint8 NIfTI under the image's header, with the values 0 to 4 of
 * `organValue`: what comes from outside is parsed in the child only.
 */
export async function readUpload(
  upload: string | Uint8Array,
  header: Uint8Array,
  limits: GateLimits = gateLimits,
): Promise<UploadRefusal | (UploadSummary & { readonly labelMap: Uint8Array })> {
  return withFile(upload, limits, async (path, folder) => {
    const out = join(folder, 'mask.nii.gz');
    const verdict = await pass({ path, out, ...headerOf(header) }, limits);
    return verdict.accepted ? { ...verdict, labelMap: new Uint8Array(await readFile(out)) } : verdict;
  });
}

function headerOf(header: Uint8Array | undefined): { header?: string } {
  return header === undefined ? {} : { header: Buffer.from(header).toString('base64') };
}

/** Works with the upload as a file, and with a folder of its own that is gone afterwards. */
async function withFile<T extends { accepted: boolean }>(
  upload: string | Uint8Array,
  limits: GateLimits,
  work: (path: string, folder: string) => Promise<T>,
): Promise<T | UploadRefusal> {
  const bytes = typeof upload === 'string' ? (await stat(upload)).size : upload.byteLength;
  if (bytes > limits.fileBytes) {
    return refusal(`the file has ${bytes} bytes, a mask at most ${limits.fileBytes}`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'plusct-upload-'));
  try {
    const path = typeof upload === 'string' ? upload : join(folder, 'upload');
    if (typeof upload !== 'string') await writeFile(path, upload, { mode: 0o600 });
    return await work(path, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function pass(work: GateWork, limits: GateLimits): Promise<UploadVerdict> {
  return new Promise((answer) => {
    queue.push({ work, limits, answer });
    next();
  });
}

function next(): void {
  if (busy >= mostChildren) return;
  const waiting = queue.shift();
  if (waiting === undefined) return;
  busy += 1;
  const child = takeChild(waiting.limits.memoryMiB);
  void ask(child, waiting).then((verdict) => {
    busy -= 1;
    waiting.answer(verdict);
    next();
  });
}

function ask(child: Child, { work, limits }: Waiting): Promise<UploadVerdict> {
  return new Promise((resolve) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.process.kill('SIGKILL');
    }, limits.seconds * 1000);
    const leave = () => {
      clearTimeout(timer);
      child.process.removeAllListeners('message').removeAllListeners('exit').removeAllListeners('error');
    };
    child.process.once('message', (verdict) => {
      leave();
      layBy(child);
      // The child is plusct's own code; what it read may be anything, what it says is of this form.
      resolve(verdict as UploadVerdict);
    });
    const died = () => {
      leave();
      resolve(refusal(late ? tooLate(limits) : tooLarge(limits)));
    };
    child.process.once('exit', died).once('error', died);
    child.process.send(work, (error) => error && died());
  });
}

function tooLate({ seconds }: GateLimits): string {
  return `reading the file took longer than ${seconds} s`;
}

function tooLarge({ memoryMiB }: GateLimits): string {
  return `reading the file took more than ${memoryMiB} MiB of memory`;
}

function refusal(message: string): UploadRefusal {
  const remedy = 'save the mask as 8-bit NIfTI on the grid of the image and hand it in again';
  return { accepted: false, code: 'SUBMISSION_LIMIT', message, remedy };
}

function takeChild(memoryMiB: number): Child {
  const at = idle.findIndex((child) => child.memoryMiB === memoryMiB && child.process.connected);
  const [child] = at < 0 ? [] : idle.splice(at, 1);
  if (child === undefined) return startChild(memoryMiB);
  clearTimeout(child.expiry);
  child.process.removeAllListeners('exit');
  hold(child, true);
  return child;
}

function startChild(memoryMiB: number): Child {
  const entry = fileURLToPath(threadEntry(import.meta.url, './upload-process.js'));
  const process = fork(entry, [String(memoryMiB)], {
    execArgv: [`--max-old-space-size=${heapMiB}`],
    // Nothing of this process's environment: it holds the keys of the object store.
    env: {},
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return { process, memoryMiB };
}

/** Lays by a child that has done its work. It keeps no process alive, and ends when nobody wants it. */
function layBy(child: Child): void {
  hold(child, false);
  const drop = () => {
    const at = idle.indexOf(child);
    if (at >= 0) idle.splice(at, 1);
  };
  child.process.once('exit', drop);
  child.expiry = setTimeout(() => {
    drop();
    child.process.kill('SIGKILL');
  }, idleMs).unref();
  idle.push(child);
}

function hold({ process: { channel }, process }: Child, held: boolean): void {
  if (held) {
    process.ref();
    channel?.ref();
  } else {
    process.unref();
    channel?.unref();
  }
}
