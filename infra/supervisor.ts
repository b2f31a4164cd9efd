import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { PlusctError } from '../domain/errors.js';
import {
  identityOf,
  notStarted,
  rotateLog,
  signalGroup,
  spawnLogged,
  stopProcess,
  waitUntil,
} from './process.js';
import type { ChildRecord } from './run-file.js';
import type { Say } from './tools.js';

/** A process to keep alive. */
export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Workers are stopped before servers, which they need to hand back their work. */
  readonly tier: 'server' | 'worker';
  /** Resolves once it serves. Without it a child counts as ready when it is spawned. */
  readonly ready?: (signal: AbortSignal) => Promise<void>;
  /** How long it may take to end after SIGTERM. */
  readonly graceMs?: number;
  /** Called when it has been stopped for good. */
  readonly afterStop?: () => void;
}

interface Child {
  readonly spec: ChildSpec;
  process: ChildProcess | undefined;
  record: ChildRecord | undefined;
  restarts: number;
  backoffMs: number;
  timer: NodeJS.Timeout | undefined;
  /** The first start is over: from now on a death is mended and not reported to the caller of `start`. */
  established: boolean;
}

const [firstBackoffMs, lastBackoffMs, steadyAfterMs] = [200, 5_000, 10_000];
const [defaultGraceMs, hearingMs] = [15_000, 5_000];

/** Starts processes, starts them again when they die, and stops them in order. */
export class Supervisor {
  readonly #children = new Map<string, Child>();
  readonly #onExit = () => this.#signalAll('SIGTERM');
  #stopping = false;

  constructor(
    private readonly options: {
      readonly cwd: string;
      readonly logsDir: string;
      readonly say: Say;
      /** Called whenever a process starts or ends. */
      readonly onChange: (children: readonly ChildRecord[]) => void;
    },
  ) {
    mkdirSync(options.logsDir, { recursive: true });
    // The last resort if the process ends without stop(): what is left is found by the next start.
    process.on('exit', this.#onExit);
  }

  /** Starts a child and waits until it is ready. Throws if it ends before that; later deaths are mended. */
  async start(spec: ChildSpec): Promise<void> {
    if (this.#stopping)
      throw new PlusctError('Cancelled', `${spec.name} was not started: plusct is stopping.`);
    if (this.#children.has(spec.name)) {
      throw new PlusctError('InvalidInput', `Two processes are called ${spec.name}: give each its own name.`);
    }
    const child: Child = {
      spec,
      process: undefined,
      record: undefined,
      restarts: 0,
      backoffMs: firstBackoffMs,
      timer: undefined,
      established: false,
    };
    this.#children.set(spec.name, child);
    rotateLog(this.logFile(spec.name));
    try {
      await this.#firstStart(child);
      child.established = true;
      // It may have died in the moment between the two.
      if (!child.process) this.#mend(child);
    } catch (error) {
      this.#children.delete(spec.name);
      await this.#end(child);
      throw error;
    }
  }

  logFile(name: string): string {
    return join(this.options.logsDir, `${name}.log`);
  }

  /** Process number of a child, `undefined` while it is down. */
  pidOf(name: string): number | undefined {
    return this.#children.get(name)?.process?.pid;
  }

  /** How often a child had to be started again. */
  restarts(name: string): number {
    return this.#children.get(name)?.restarts ?? 0;
  }

  /** Stops workers, then servers, each tier at once. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const tier of ['worker', 'server']) {
      const children = [...this.#children.values()].filter((child) => child.spec.tier === tier).reverse();
      await Promise.all(children.map((child) => this.#end(child)));
    }
    process.off('exit', this.#onExit);
  }

  /** Kills everything at once, for a user who will not wait. */
  kill(): void {
    this.#stopping = true;
    this.#signalAll('SIGKILL');
  }

  async #firstStart(child: Child): Promise<void> {
    const abort = new AbortController();
    const ended = new Promise<never>((_, reject) => {
      this.#spawn(child, (why) => {
        abort.abort();
        reject(notStarted(child.spec.name, why, this.logFile(child.spec.name)));
      });
    });
    // A child without a ready check may end later; that is mended and not an unhandled rejection.
    ended.catch(() => undefined);
    await Promise.race([ended, child.spec.ready?.(abort.signal) ?? Promise.resolve()]);
  }

  #spawn(child: Child, onEnd?: (why: string) => void): void {
    const { name, command, args, env } = child.spec;
    const startedMs = Date.now();
    const spawned = spawnLogged({
      command,
      args,
      cwd: this.options.cwd,
      env: { ...process.env, ...env },
      logFile: this.logFile(name),
    });
    let over = false;
    const ended = (why: string) => {
      if (over) return;
      over = true;
      if (spawned.pid !== undefined) signalGroup(spawned.pid, 'SIGKILL');
      child.process = undefined;
      child.record = undefined;
      this.#changed();
      onEnd?.(why);
      if (child.established) this.#mend(child, Date.now() - startedMs, why);
    };
    spawned.once('error', (error) => ended(`cannot be run (${error.message})`));
    spawned.once('exit', (code, signal) => ended(`ended with ${signal ?? `code ${code}`}`));
    child.process = spawned;
    if (spawned.pid !== undefined) {
      const identity = identityOf(spawned.pid) ?? '';
      child.record = {
        name,
        pid: spawned.pid,
        identity,
        startedAt: new Date().toISOString(),
        restarts: child.restarts,
      };
    }
    this.#changed();
  }

  #mend(child: Child, livedMs = 0, why = 'ended'): void {
    if (this.#stopping || !this.#children.has(child.spec.name)) return;
    if (livedMs > steadyAfterMs) child.backoffMs = firstBackoffMs;
    this.options.say(`${child.spec.name} ${why}; starting it again.`);
    child.timer = setTimeout(() => {
      child.restarts++;
      this.#spawn(child);
    }, child.backoffMs);
    child.backoffMs = Math.min(child.backoffMs * 2, lastBackoffMs);
  }

  async #end(child: Child): Promise<void> {
    clearTimeout(child.timer);
    // From here on its end is wanted.
    child.established = false;
    const { record, spec } = child;
    if (record) await stopProcess(record.pid, record.identity, spec.graceMs ?? defaultGraceMs);
    // It is gone for the system before this process hears of it: nothing may be written down after stop() is over.
    await waitUntil(() => child.process === undefined, { timeoutMs: hearingMs });
    spec.afterStop?.();
  }

  #signalAll(signal: NodeJS.Signals): void {
    for (const child of this.#children.values()) {
      clearTimeout(child.timer);
      child.established = false;
      if (child.record) signalGroup(child.record.pid, signal);
    }
  }

  #changed(): void {
    const records = [...this.#children.values()].flatMap((child) => (child.record ? [child.record] : []));
    this.options.onChange(records);
  }
}

/** Stops what an earlier supervisor left behind when it was killed. Returns the names. */
export async function stopOrphans(children: readonly ChildRecord[], graceMs = 10_000): Promise<string[]> {
  const alive = children.filter((child) => child.identity !== '' && identityOf(child.pid) === child.identity);
  await Promise.all(alive.map((child) => stopProcess(child.pid, child.identity, graceMs)));
  return alive.map((child) => child.name);
}
