import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Counted, FuzzNews, FuzzWork } from './run-main.js';

export interface Limits {
  /** Processor time for one input, before it counts as a hang: other programs on the machine must not make one. */
  readonly inputMs: number;
  /** Memory of the whole process. */
  readonly peakMib: number;
}

export interface Asked {
  readonly seed: string;
  readonly count: number;
  readonly only: readonly string[];
  readonly limits: Limits;
}

export interface FuzzResult {
  readonly seed: string;
  readonly inputs: number;
  readonly counts: readonly Counted[];
  readonly faults: readonly { readonly n: number; readonly kind: string; readonly what: string }[];
  readonly seconds: number;
  /** Most memory that the process held, and the input under way then. */
  readonly peakMib: number;
  readonly peakInput: number;
  /** The input that took longest, as far as watching every few milliseconds tells. */
  readonly slowestMs: number;
  readonly slowestInput: number;
}

const watchEveryMs = 50;
const faultsAtMost = 50;

/** Gives inputs to a process, watches its time and memory, and goes on with a new one after a hang or a crash. */
export class Campaign {
  private readonly counts = new Map<string, Counted>();
  private readonly faults: { n: number; kind: string; what: string }[] = [];
  private readonly directory = mkdtempSync(join(tmpdir(), 'plusct-fuzz-'));
  private readonly underWay = join(this.directory, 'under-way');
  private peak = { mib: 0, n: 0 };
  private slowest = { ms: 0, n: 0 };
  private done = 0;

  constructor(private readonly asked: Asked) {}

  async run(say: (line: string) => void): Promise<FuzzResult> {
    const { count, seed } = this.asked;
    const started = performance.now();
    for (let from = 0; from < count && this.faults.length < faultsAtMost; )
      from = await this.stretch(from, say);
    rmSync(this.directory, { recursive: true, force: true });
    return {
      seed,
      inputs: this.done,
      counts: [...this.counts.values()],
      faults: this.faults,
      seconds: (performance.now() - started) / 1000,
      peakMib: this.peak.mib,
      peakInput: this.peak.n,
      slowestMs: this.slowest.ms,
      slowestInput: this.slowest.n,
    };
  }

  /** Inputs from `from` on in one process; returns the number to go on with. */
  private stretch(from: number, say: (line: string) => void): Promise<number> {
    const { seed, count, only, limits } = this.asked;
    writeFileSync(this.underWay, new Uint8Array(Uint32Array.of(from).buffer));
    const asked: FuzzWork = { seed, from, to: count, only, underWay: this.underWay };
    const child = fork(fileURLToPath(new URL('./run-main.js', import.meta.url)), [JSON.stringify(asked)]);
    this.since = { n: -1, at: 0 };
    let hang = false;
    return new Promise((resolve) => {
      const watch = setInterval(() => {
        hang ||= this.look(child.pid ?? 0) > limits.inputMs;
        if (hang) child.kill('SIGKILL');
      }, watchEveryMs);
      child.on('message', (news: FuzzNews) => this.take(news, say));
      child.on('close', (code, signal) => {
        clearInterval(watch);
        if (code === 0) return resolve(count);
        const n = this.number();
        this.fault(
          n,
          only[n % only.length],
          hang ? `still at it after ${limits.inputMs} ms` : `the process died (${code ?? signal})`,
        );
        resolve(n + 1);
      });
    });
  }

  private number(): number {
    return new Uint32Array(new Uint8Array(readFileSync(this.underWay)).buffer)[0];
  }

  /** Milliseconds that the input under way has taken, as far as has been seen. */
  private look(pid: number): number {
    const n = this.number();
    const mib = peakMibOf(pid);
    if (mib > this.peak.mib) this.peak = { mib, n };
    const now = processorMsOf(pid) ?? performance.now();
    if (n !== this.since.n) this.since = { n, at: now };
    const ms = now - this.since.at;
    if (ms > this.slowest.ms) this.slowest = { ms, n };
    return ms;
  }

  private since = { n: -1, at: 0 };

  private take(news: FuzzNews, say: (line: string) => void): void {
    if ('verdict' in news) {
      this.fault(news.n, news.verdict.kind, news.verdict.fault ?? '');
      return;
    }
    const before = this.done;
    for (const { kind, outcome, count } of news.counted) {
      const key = `${kind}/${outcome}`;
      this.counts.set(key, { kind, outcome, count: (this.counts.get(key)?.count ?? 0) + count });
      this.done += count;
    }
    const step = 10_000;
    if (Math.floor(this.done / step) > Math.floor(before / step))
      say(`${this.done} inputs, ${this.faults.length} faults`);
  }

  private fault(n: number, kind: string, what: string): void {
    this.faults.push({ n, kind, what });
  }
}

/** Processor time of a process in ms, all threads (Linux: clock ticks of 10 ms); undefined where the system does not tell. */
function processorMsOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return undefined;
  }
}

/** Most memory that a process has held; 0 where the system does not tell, or the process is gone. */
function peakMibOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
