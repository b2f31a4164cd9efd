import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parentPort, type TransferListItem, Worker } from 'node:worker_threads';
import { DataError, type DataFault, type FailureKind, PlusctError } from '../domain/errors.js';
import type { RunContext } from './engine.js';

/** What a thread tells its starter. */
type Message<Output> =
  | { readonly type: 'progress'; readonly fraction: number; readonly note: string }
  | { readonly type: 'done'; readonly output: Output }
  | {
      readonly type: 'failed';
      readonly kind: FailureKind;
      readonly message: string;
      readonly fault?: DataFault;
    };

/** How often progress is repeated while the thread has nothing new to say. */
const heartbeatMs = 1_000;

/**
 * The file to start a thread from: `relativePath` (ending in .js) beside the module of `metaUrl`. A module that runs
 * from its .ts source is mapped to the compiled file under dist/, as a thread cannot load .ts.
 * Throws `InvalidInput` when that file has not been built.
 */
export function threadEntry(metaUrl: string, relativePath: string): URL {
  const sibling = new URL(relativePath, metaUrl);
  if (!new URL(metaUrl).pathname.endsWith('.ts')) return sibling;
  const source = fileURLToPath(sibling);
  const root = projectRoot(dirname(source));
  const compiled = join(root, 'dist', relative(root, source));
  if (!existsSync(compiled))
    throw new PlusctError(
      'InvalidInput',
      `${compiled} does not exist: build the project (npm run build) first`,
    );
  return pathToFileURL(compiled);
}

function projectRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder)
    throw new PlusctError('InvalidInput', 'no package.json above the module: cannot tell where dist/ is');
  return projectRoot(parent);
}

/** How long a thread waits for more work: its code stays loaded and compiled meanwhile. */
const idleMs = 30_000;

/** A thread and the work that it is at, which hears what the thread says. */
interface Lane {
  readonly thread: Worker;
  work: { hear(message: Message<unknown>): void; end(error: PlusctError): void } | undefined;
  expiry: NodeJS.Timeout | undefined;
}

/** Lanes without work, by entry. */
const idle = new Map<string, Set<Lane>>();

function idleLanes(entry: URL): Set<Lane> {
  const lanes = idle.get(entry.href) ?? new Set();
  idle.set(entry.href, lanes);
  return lanes;
}

function newLane(entry: URL): Lane {
  const lane: Lane = {
    thread: new Worker(entry, { execArgv: [] }),
    work: undefined,
    expiry: undefined,
  };
  const end = (what: string, cause?: unknown) => {
    idleLanes(entry).delete(lane);
    lane.work?.end(crashed(entry, what, cause));
  };
  lane.thread.on('message', (message: Message<unknown>) => lane.work?.hear(message));
  lane.thread.on('messageerror', (error) => end('sent what cannot be read', error));
  lane.thread.on('error', (error) => end(`threw: ${error.message}`, error));
  lane.thread.on('exit', (code) => end(`ended without an answer (exit ${code})`));
  return lane;
}

function takeLane(entry: URL): Lane {
  const lanes = idleLanes(entry);
  const [lane] = lanes;
  if (lane === undefined) return newLane(entry);
  lanes.delete(lane);
  clearTimeout(lane.expiry);
  lane.thread.ref();
  return lane;
}

/** Lays by a lane that has done its work. It keeps no process alive, and its thread ends when nobody wants it. */
function layBy(entry: URL, lane: Lane): void {
  const lanes = idleLanes(entry).add(lane);
  lane.thread.unref();
  lane.expiry = setTimeout(() => {
    if (lanes.delete(lane)) void lane.thread.terminate();
  }, idleMs).unref();
}

/**
 * Runs one piece of CPU work in a thread and gives back what it answers, so that the caller's event loop stays free.
 * `entry` is a module that calls `serveThread`. Progress is passed on, and repeated every second. A thread does one piece
 * of work at a time and may be given the next one.
 * Rejects with `Cancelled` as soon as `context.signal` aborts (the thread is terminated), with the thread's own
 * `PlusctError`, or with `EngineCrashed` when it threw anything else or ended without an answer.
 * Buffers in `transfer` move to the thread and are empty here afterwards; everything else is copied.
 */
export function runInThread<Input, Output>(
  entry: URL,
  input: Input,
  context: RunContext,
  transfer: readonly TransferListItem[] = [],
): Promise<Output> {
  return new Promise<Output>((resolve, reject) => {
    if (context.signal.aborted) {
      reject(cancelled(entry));
      return;
    }
    const lane = takeLane(entry);
    let latest = { fraction: 0, note: 'started' };
    const leave = () => {
      lane.work = undefined;
      clearInterval(heartbeat);
      context.signal.removeEventListener('abort', abort);
    };
    const end = (error: unknown) => {
      leave();
      void lane.thread.terminate();
      reject(error);
    };
    const tell = () => {
      try {
        context.progress(latest.fraction, latest.note);
      } catch (error) {
        end(error);
      }
    };
    const hear = (message: Message<unknown>) => {
      if (message.type === 'progress') {
        latest = { fraction: message.fraction, note: message.note };
        tell();
        return;
      }
      leave();
      layBy(entry, lane);
      if (message.type === 'done') resolve(message.output as Output);
      else reject(failureOf(message));
    };
    const abort = () => end(cancelled(entry));
    const heartbeat = setInterval(tell, heartbeatMs);
    context.signal.addEventListener('abort', abort);
    lane.work = { hear, end };
    lane.thread.postMessage(input, [...transfer]);
  });
}

function cancelled(entry: URL): PlusctError {
  return new PlusctError('Cancelled', `${nameOf(entry)} was cancelled`);
}

function crashed(entry: URL, what: string, cause?: unknown): PlusctError {
  const remedy = 'retry; if it happens again, give the worker more memory or look at the cause';
  return new PlusctError('EngineCrashed', `the thread ${nameOf(entry)} ${what}: ${remedy}`, { cause });
}

function nameOf(entry: URL): string {
  return entry.pathname.slice(entry.pathname.lastIndexOf('/') + 1);
}

function failureOf(message: { kind: FailureKind; message: string; fault?: DataFault }): PlusctError {
  return message.fault ? new DataError(message.fault) : new PlusctError(message.kind, message.message);
}

/** Reports how far the work is, 0 to 1, and what it is at. */
export type Report = (fraction: number, note: string) => void;

/** What a thread answers: the output, and which of its buffers may move instead of being copied. */
export interface Answer<Output> {
  readonly output: Output;
  readonly transfer?: readonly TransferListItem[];
}

/** The thread's side of `runInThread`: call it once, at the top of the entry module. Does nothing on the main thread. */
export function serveThread<Input, Output>(
  handle: (input: Input, report: Report) => Answer<Output> | Promise<Answer<Output>>,
): void {
  const port = parentPort;
  if (!port) return;
  const send = (message: Message<Output>, transfer: readonly TransferListItem[] = []) =>
    port.postMessage(message, [...transfer]);
  const report: Report = (fraction, note) => send({ type: 'progress', fraction, note });
  const answer = async (input: Input) => {
    try {
      const { output, transfer } = await handle(input, report);
      send({ type: 'done', output }, transfer);
    } catch (error) {
      if (!(error instanceof PlusctError)) throw error;
      const fault = error instanceof DataError ? { fault: error.fault } : {};
      send({ type: 'failed', kind: error.kind, message: error.message, ...fault });
    }
  };
  // An error that is no PlusctError ends the thread; its starter hears of it as an 'error' event.
  port.on('message', (input: Input) => void answer(input));
}
