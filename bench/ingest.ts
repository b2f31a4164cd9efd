import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Affine } from '../imaging/geometry.js';
import { gzipStable, writeNifti } from '../imaging/nifti-write.js';
import { seededRandom } from '../imaging/random.js';
import { largePages } from '../infra/large-pages.js';
import { median } from './measure.js';
import { officialPython } from './official.js';
import { machineLine } from './report.js';

interface Measured {
  readonly seconds: number;
  /** Processor time, all threads. */
  readonly cpuSeconds: number;
  readonly peakMib: number;
  readonly baseMib?: number;
  readonly hashes: readonly (readonly string[])[];
}

const threadCounts = [1, 2] as const;
const repetitions = 9;
/** Slices of 512 × 512, and how they are packed. */
const scans = [
  { slices: 60, packed: false },
  { slices: 60, packed: true },
  { slices: 120, packed: true },
  { slices: 200, packed: false },
  { slices: 200, packed: true },
  { slices: 120, packed: true },
] as const;
const largestMib = (Math.max(...scans.map(({ slices }) => slices)) * 512 * 512 * 2) / 2 ** 20;

/** `npm run bench -- ingest`: reading and hashing scans against nibabel and hashlib in one process, on the same files. */
export async function run(root: string, say: (line: string) => void): Promise<void> {
  const dir = join(root, '.plusct', 'bench');
  const python = officialPython(dir, say);
  const paths = madeScans(join(dir, 'scans'), say);
  const main = join(root, 'dist', 'bench', 'ingest-main.js');
  const plusct = (threads: number) => measured(process.execPath, [main, `${threads}`, ...paths], largePages);
  const sides: Sides = { official: [], plusct: threadCounts.map(() => []) };
  for (let n = 0; n <= repetitions; n += 1) {
    say(n === 0 ? 'A first run that does not count …' : `Run ${n} of ${repetitions} …`);
    sides.official.push(measured(python, [join(root, 'bench', 'ingest-official.py'), ...paths]));
    threadCounts.forEach((threads, at) => void sides.plusct[at].push(plusct(threads)));
    if (n === 0) for (const side of [sides.official, ...sides.plusct]) side.length = 0;
  }
  const page = pageOf(sides);
  console.log(page);
  writeFileSync(join(root, 'docs', 'ingest-speed.md'), page);
}

interface Sides {
  readonly official: Measured[];
  /** One list for each of `threadCounts`. */
  readonly plusct: readonly Measured[][];
}

const medianOf = (runs: readonly Measured[], of: (run: Measured) => number): number => median(runs.map(of));

function pageOf({ official, plusct }: Sides): string {
  const seconds = medianOf(official, (run) => run.seconds);
  const hashes = official[0].hashes.join();
  const same = plusct.flat().every((run) => run.hashes.join() === hashes);
  const rows = plusct.map((runs, at) => {
    const own = medianOf(runs, (run) => run.seconds);
    const held = medianOf(runs, (run) => run.peakMib - (run.baseMib ?? 0)) / threadCounts[at] / largestMib;
    return `| plusct, threads: ${threadCounts[at]} | ${own.toFixed(2)} s | ${medianOf(runs, (run) => run.cpuSeconds).toFixed(2)} s | ${medianOf(runs, (run) => run.peakMib).toFixed(0)} MiB | ${held.toFixed(2)} | **${(seconds / own).toFixed(1)}×** |`;
  });
  return `# Speed of ingest

Reading ${scans.length} scans and hashing file and voxels (SHA-256): plusct against nibabel and hashlib in one process, on the same files in the same run.
Repeat it with \`npm run bench -- ingest\`, which writes this page. Files: int16, 512 × 512, ${scans.map(({ slices, packed }) => `${slices} slices${packed ? ' gzipped' : ''}`).join(', ')}.

${machineLine(new Date())} · Node.js ${process.versions.node} · medians of ${repetitions} runs, in turn, after one that does not count; the start of
interpreter and threads does not count · hashes ${same ? 'equal' : 'DIFFER'}

| | time | processor time | peak memory | work held per thread, in largest volumes (${largestMib} MiB) | |
| --- | ---: | ---: | ---: | ---: | ---: |
| nibabel + hashlib, one process | ${seconds.toFixed(2)} s | ${medianOf(official, (run) => run.cpuSeconds).toFixed(2)} s | ${medianOf(official, (run) => run.peakMib).toFixed(0)} MiB | | |
${rows.join('\n')}

What makes it fast: every file is read once, and hashed block by block as it comes; zlib inflates into memory that the thread uses again and again
(\`imaging/inflate-blocks.ts\`), because touching fresh memory takes as long as hashing a quarter of it; each block is hashed and its lowest and highest HU are
found, eight at a time, while it is in the processor's cache (\`imaging/voxel-hash.ts\`); volumes lie in large memory pages (\`infra/large-pages.ts\`).
`;
}

function measured(
  command: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Measured {
  const env = { ...process.env, ...more };
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26, env }));
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
