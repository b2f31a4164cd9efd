import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type EngineEnvironment, pythonVariables, requireEngine } from '../../infra/engine-environment.js';
import { type Environment, resolveHome } from '../../infra/home.js';
import { hostName } from '../../infra/host-name.js';
import { type Lock, tryLock } from '../../infra/lock.js';
import { type GroupSpec, sweepGroups } from '../process-group.js';

/** Trainings that nobody has gone on with for so long are given up, and hosts that were not heard of. */
const [keptMs, hostKeptMs] = [14 * 24 * 3600_000, 60 * 24 * 3600_000];
const longestTemporary = 64;
/** What the names of folders end with that are being removed. */
const gone = '.gone';
/** What torch looks for to compile networks with. */
const compilers = ['gcc', 'cc', 'clang'];
/** Variables of the worker that nnU-Net may see; the keys of the object store are not among them. */
const passedOn =
  /^(PATH|HOME|LANG|LC_\w+|LD_LIBRARY_PATH|CUDA_\w+|NVIDIA_\w+|PYTORCH_\w+|TORCH\w+|nnUNet_(n_proc_DA|def_n_proc|compile))$/;

/** A folder that one process has to itself; `dispose` removes it. */
export interface PrivateFolder {
  readonly path: string;
  dispose(): void;
}

/** Where nnU-Net is installed on this machine, and where it works. */
export class Workshop {
  private constructor(
    private readonly installed: EngineEnvironment,
    readonly work: string,
    private readonly environment: Environment,
  ) {}

  /**
   * The workshop of this machine. What workers that died have left is stopped and removed first.
   * @throws PlusctError EngineMissing when nnU-Net is not installed
   */
  static open(environment: Environment = process.env): Workshop {
    const home = resolveHome(environment);
    const installed = requireEngine(home, 'nnunet');
    const all = join(home.enginesDir, 'work');
    const workshop = new Workshop(installed, join(all, hostName()), environment);
    workshop.sweep();
    sweepHosts(all, workshop.work);
    return workshop;
  }

  private get records(): string {
    return join(this.work, 'groups');
  }

  private sweep(): void {
    sweepGroups(this.records);
    const names = readdirSync(this.work);
    for (const name of names.filter((each) => this.isGivenUp(each))) {
      const folder = join(this.work, name);
      if (name.endsWith(gone)) {
        rmSync(folder, { recursive: true, force: true });
        continue;
      }
      const lock = tryLock(`${folder}.lock`);
      if (!('release' in lock)) continue;
      // Away first: what is half removed must not be taken for whole.
      renameSync(folder, folder + gone);
      rmSync(folder + gone, { recursive: true, force: true });
      lock.release();
    }
  }

  /** Private folders end with their process; a training may be gone on with by another one. */
  private isGivenUp(name: string): boolean {
    if (/^\w+-\d+-[0-9a-f]{8}$/.test(name) || name.endsWith(gone)) return true;
    return /^train-[0-9a-f]+$/.test(name) && Date.now() - statSync(join(this.work, name)).mtimeMs > keptMs;
  }

  /** A new folder for this process alone. */
  privateFolder(purpose: string): PrivateFolder {
    mkdirSync(this.work, { recursive: true, mode: 0o700 });
    const path = join(this.work, `${purpose}-${process.pid}-${randomBytes(4).toString('hex')}`);
    const lock = tryLock(`${path}.lock`);
    mkdirSync(path, { mode: 0o700 });
    return {
      path,
      dispose: () => {
        // What was being written may still come in.
        rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
        if ('release' in lock) lock.release();
      },
    };
  }

  /** Takes a training's folder for this process; undefined while another one trains in it. */
  claim(name: string): { readonly path: string; readonly lock: Lock } | undefined {
    const path = join(this.work, `train-${name}`);
    const lock = tryLock(`${path}.lock`);
    if (!('release' in lock)) return undefined;
    if (existsSync(path)) touch(path);
    return { path, lock };
  }

  /** How to run one of nnU-Net's commands, or a file of ours, in a group of its own. */
  program(name: string, args: readonly string[], cwd: string, more: NodeJS.ProcessEnv = {}): GroupSpec {
    const own = name.endsWith('.py');
    const file = own ? join(this.installed.sources, name) : join(this.installed.dir, 'bin', name);
    return {
      title: name,
      command: this.installed.python,
      args: [file, ...args],
      cwd,
      env: { ...this.variables(cwd), ...more },
      records: this.records,
    };
  }

  /** The GPU that this machine says it has, in its own words; undefined where it says nothing, or where it is hidden on purpose. */
  async seenGpu(): Promise<string | undefined> {
    const { PATH, CUDA_VISIBLE_DEVICES: visible } = this.environment;
    if (visible === '' || visible === '-1') return undefined;
    return new Promise((resolve) => {
      execFile('nvidia-smi', ['-L'], { env: { PATH }, timeout: 20_000 }, (error, stdout) =>
        resolve(error === null ? /^GPU \d+: .*$/m.exec(stdout)?.[0] : undefined),
      );
    });
  }

  private hasCompiler(): boolean {
    const folders = (this.environment.PATH ?? '').split(delimiter);
    return folders.some((folder) => compilers.some((name) => existsSync(join(folder, name))));
  }

  private variables(cwd: string): NodeJS.ProcessEnv {
    const caches = join(this.work, '..', '..', 'cache');
    const tmp = temporaryFolder(cwd);
    for (const each of [caches, tmp]) mkdirSync(each, { recursive: true });
    const cores = availableParallelism();
    return {
      nnUNet_n_proc_DA: String(Math.max(1, Math.min(12, cores - 1))),
      nnUNet_def_n_proc: String(Math.max(1, Math.min(8, cores))),
      // Without a compiler a training would end at its first step; it only takes longer so.
      ...(this.hasCompiler() ? {} : { nnUNet_compile: 'f' }),
      ...Object.fromEntries(Object.entries(this.environment).filter(([name]) => passedOn.test(name))),
      nnUNet_raw: join(cwd, 'raw'),
      nnUNet_preprocessed: join(cwd, 'preprocessed'),
      nnUNet_results: join(cwd, 'results'),
      nnUNet_extTrainer: join(this.installed.sources, 'trainers'),
      PYTHONUNBUFFERED: '1',
      // The project's tree is not written to.
      PYTHONDONTWRITEBYTECODE: '1',
      OMP_NUM_THREADS: '1',
      MPLBACKEND: 'agg',
      MPLCONFIGDIR: join(caches, 'matplotlib'),
      TORCHINDUCTOR_CACHE_DIR: join(caches, 'inductor'),
      TMPDIR: tmp,
      ...pythonVariables(this.installed),
    };
  }
}

/** Says that this host is there, and removes what hosts that are gone have left. */
function sweepHosts(all: string, own: string): void {
  touch(own);
  for (const name of readdirSync(all)) {
    const folder = join(all, name);
    // Another host may remove the same.
    const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > hostKeptMs) rmSync(folder, { recursive: true, force: true });
  }
}

/** Says that a folder is in use now. */
function touch(folder: string): void {
  const now = new Date();
  utimesSync(folder, now, now);
}

/** Python puts sockets below it, and their paths may have little more than a hundred characters. */
function temporaryFolder(cwd: string): string {
  const inside = join(cwd, 'tmp');
  if (inside.length <= longestTemporary) return inside;
  return join(tmpdir(), `plusct-${createHash('sha256').update(cwd).digest('hex').slice(0, 12)}`);
}
