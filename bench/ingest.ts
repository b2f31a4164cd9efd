import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Affine } from '../imaging/geometry.js';
import { gzipStable, writeNifti } from '../imaging/nifti-write.js';
import { seededRandom } from '../imaging/random.js';
import { officialPython } from './official.js';

interface Measured {
  readonly seconds: number;
  /** Processor time, all threads. */
  readonly cpuSeconds: number;
  readonly peakMib: number;
  readonly baseMib?: number;
  readonly hashes: readonly (readonly string[])[];
}

const threads = 2;
/** Slices of 512 × 512, and how they are packed. */
const scans = [
  { slices: 60, packed: false },
  { slices: 60, packed: true },
  { slices: 120, packed: true },
  { slices: 200, packed: false },
  { slices: 200, packed: true },
  { slices: 120, packed: true },
] as const;

/** `npm run bench -- ingest`: reading and hashing scans against nibabel and hashlib in one process, on the same files. */
export async function run(root: string, say: (line: string) => void): Promise<void> {
  const dir = join(root, '.plusct', 'bench');
  const python = officialPython(dir, say);
  const paths = madeScans(join(dir, 'scans'), say);
  const once = {
    official: () => measured(python, [join(root, 'bench', 'ingest-official.py'), ...paths]),
    plusct: () =>
      measured(process.execPath, [join(root, 'dist', 'bench', 'ingest-main.js'), String(threads), ...paths]),
  };
  const runs = [0, 1, 2].map(() => ({ official: once.official(), plusct: once.plusct() }));
  const best = (of: (run: (typeof runs)[number]) => number): number => Math.min(...runs.map(of));
  const [official, plusct] = [best((each) => each.official.seconds), best((each) => each.plusct.seconds)];
  const differing = runs[0].official.hashes.filter(
    (pair, n) => pair.join() !== runs[0].plusct.hashes[n].join(),
  );
  const largestMib = (Math.max(...scans.map(({ slices }) => slices)) * 512 * 512 * 2) / 2 ** 20;
  const { peakMib, baseMib = 0 } = runs[0].plusct;
  const share = (peakMib - baseMib) / threads / largestMib;
  console.log(`${paths.length} scans, best of ${runs.length} runs; hashes differ in ${differing.length}`);
  console.log(
    `nibabel + hashlib, one process: ${official.toFixed(2)} s, peak ${runs[0].official.peakMib.toFixed(0)} MiB`,
  );
  console.log(
    `plusct, ${threads} threads: ${plusct.toFixed(2)} s, peak ${peakMib.toFixed(0)} MiB (${baseMib.toFixed(0)} before work)`,
  );
  console.log(
    `${(official / plusct).toFixed(1)} times as fast; ${share.toFixed(2)} of the largest volume (${largestMib} MiB) per thread`,
  );
  const cpu = {
    official: best((each) => each.official.cpuSeconds),
    plusct: best((each) => each.plusct.cpuSeconds),
  };
  console.log(
    `processor time ${cpu.official.toFixed(2)} s and ${cpu.plusct.toFixed(2)} s: with a core for each thread ${((threads * cpu.official) / cpu.plusct).toFixed(1)} times as fast`,
  );
}

function measured(command: string, args: readonly string[]): Measured {
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26 }));
}

/** Scans of soft tissue with noise, as int16; written once. */
function madeScans(dir: string, say: (line: string) => void): string[] {
  mkdirSync(dir, { recursive: true });
  return scans.map(({ slices, packed }, n) => {
    const path = join(dir, `scan-${n}.nii${packed ? '.gz' : ''}`);
    if (existsSync(path)) return path;
    say(`Drawing ${path} …`);
    const random = seededRandom(`scan ${n}`);
    const noise = Int16Array.from({ length: 1 << 16 }, () => Math.round(24 * (random() + random() - 1)));
    const voxels = new Int16Array(512 * 512 * slices);
    for (let at = 0; at < voxels.length; at += 1) {
      const [i, j] = [(at % 512) - 256, ((at >> 9) % 512) - 256];
      const inside = i * i + 1.6 * j * j < 40_000;
      voxels[at] = inside ? 40 + noise[Math.imul(at, 2654435761) >>> 16] : -1000;
    }
    const affine: Affine = [
      [0.8, 0, 0, 0],
      [0, 0.8, 0, 0],
      [0, 0, 2.5, 0],
    ];
    const file = writeNifti({
      shape: [512, 512, slices],
      spacingMm: [0.8, 0.8, 2.5],
      voxels,
      sform: { code: 1, affine },
    });
    writeFileSync(path, packed ? gzipStable(file) : file);
    return path;
  });
}
