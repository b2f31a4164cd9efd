import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sampleMs = 1_000;

async function asked(query: string): Promise<string | undefined> {
  try {
    const args = [
      `--query-gpu=${query}`,
      '--format=csv,noheader,nounits',
      `--id=${process.env.CUDA_VISIBLE_DEVICES?.split(',')[0] || '0'}`,
    ];
    return (await run('nvidia-smi', args, { timeout: 10_000 })).stdout.trim();
  } catch {
    return undefined;
  }
}

/** The first device that nvidia-smi names, or the processor where there is none. */
export async function deviceName(): Promise<{ name: string; gpu: boolean }> {
  const name = await asked('name');
  if (name !== undefined && name !== '') return { name, gpu: true };
  return { name: `${cpus()[0]?.model.trim()}, ${cpus().length} cores, no GPU`, gpu: false };
}

/** Reads the device's use once a second until it is stopped, which resolves to the mean in percent. */
export function watchUse(): () => Promise<number | undefined> {
  const seen: number[] = [];
  let going = true;
  const watching = (async () => {
    while (going) {
      const use = Number.parseFloat((await asked('utilization.gpu')) ?? '');
      if (Number.isFinite(use)) seen.push(use);
      await new Promise((resolve) => setTimeout(resolve, sampleMs));
    }
  })();
  return async () => {
    going = false;
    await watching;
    return seen.length === 0 ? undefined : seen.reduce((sum, use) => sum + use, 0) / seen.length;
  };
}
