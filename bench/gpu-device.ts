import { execFile, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sampleMs = 200;
const device = () => `--id=${process.env.CUDA_VISIBLE_DEVICES?.split(',')[0] || '0'}`;
const format = '--format=csv,noheader,nounits';

/** The first device that nvidia-smi names, or the processor where there is none. */
export async function deviceName(): Promise<{ name: string; gpu: boolean }> {
  const processor = `${cpus()[0]?.model.trim()}, ${cpus().length} cores`;
  const hidden = ['', '-1'].includes(process.env.CUDA_VISIBLE_DEVICES ?? '0');
  if (hidden) return { name: `${processor}, GPU hidden`, gpu: false };
  try {
    const { stdout } = await run('nvidia-smi', ['--query-gpu=name', format, device()], { timeout: 20_000 });
    if (stdout.trim() !== '') return { name: `${stdout.trim()} (${processor})`, gpu: true };
  } catch {
    // There is no GPU, or no driver for it.
  }
  return { name: `${processor}, no GPU`, gpu: false };
}

/** What was read of a device at one moment. */
export interface UseSample {
  readonly atMs: number;
  readonly percent: number;
}

/** Mean use of a device in percent between two moments; undefined where nothing was read then. */
export function meanUse(samples: readonly UseSample[], fromMs: number, toMs: number): number | undefined {
  const within = samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  if (within.length === 0) return undefined;
  return within.reduce((sum, { percent }) => sum + percent, 0) / within.length;
}

/** Reads the use of the device five times a second until it is stopped; moments are those of `performance.now()`. */
export function watchUse(): { readonly samples: readonly UseSample[]; stop(): void } {
  const samples: UseSample[] = [];
  const query = ['--query-gpu=utilization.gpu', format, device(), `--loop-ms=${sampleMs}`];
  const child = spawn('nvidia-smi', query, { stdio: ['ignore', 'pipe', 'ignore'] });
  child.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const percent = Number.parseFloat(line);
    if (Number.isFinite(percent)) samples.push({ atMs: performance.now(), percent });
  });
  return { samples, stop: () => void child.kill() };
}
