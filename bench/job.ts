import { readFileSync } from 'node:fs';
import { PlusctError } from '../domain/errors.js';
import { readSparseLabelMap } from '../imaging/nifti.js';
import { compareMasks } from '../imaging/surface-distance.js';

/** One pair of label files to compare; nonzero is inside. */
export interface Job {
  readonly truth: string;
  readonly prediction: string;
  readonly tolerances: readonly number[];
}

/** Figures of a job and what it took, reading included. `null` stands for undefined. */
export interface Answer {
  readonly dsc: number | null;
  readonly nsd: readonly (number | null)[];
  readonly wallMs: number;
  /** Processor time of the whole process, all threads. */
  readonly cpuMs: number;
  /** Most memory that the process has held so far. */
  readonly peakMib: number;
}

/** Figures of a pair of files. */
export function score(job: Job): Pick<Answer, 'dsc' | 'nsd'> {
  const truth = readSparseLabelMap(readFileSync(job.truth), job.truth);
  const prediction = readSparseLabelMap(readFileSync(job.prediction), job.prediction);
  const { shape, spacingMm } = truth.geometry;
  if (prediction.geometry.shape.join() !== shape.join()) {
    throw new PlusctError(
      'InvalidInput',
      `${job.truth} and ${job.prediction} differ in shape: compare pairs on one grid`,
    );
  }
  const { dsc, nsd } = compareMasks(truth, prediction, shape, spacingMm, job.tolerances);
  const plain = (value: typeof dsc): number | null => (typeof value === 'number' ? value : null);
  return { dsc: plain(dsc), nsd: nsd.map(plain) };
}

/** `score` with its time. */
export function timedScore(job: Job): Omit<Answer, 'peakMib'> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const figures = score(job);
  const used = process.cpuUsage(cpu);
  return { ...figures, wallMs: performance.now() - wall, cpuMs: (used.user + used.system) / 1000 };
}

/** Most memory that this process has held; what it inherited from its starter does not count where Linux tells. */
export function peakMib(): number {
  try {
    const [, kib] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kib) return Number(kib) / 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS / 1024;
}
