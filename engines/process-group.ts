import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import { identityOf, signalGroup, stopProcess } from '../infra/process.js';

/** How long a group may take to end after SIGTERM. */
const graceMs = 10_000;
/** How long what a program left in a session of its own may hold its outputs open. */
const outputsMs = 2_000;
/** Lines of output that are kept to say what went wrong. */
const keptLines = 200;

export interface GroupSpec {
  /** For messages. */
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Where running groups are on record, so that what a killed worker leaves behind is found. */
  readonly records: string;
  /** Hears every line of both outputs; of standard output alone where `onAnswer` takes that. */
  readonly onLine?: (line: string) => void;
  /** Takes lines of standard output as answers to what is written to `stdin`. */
  readonly onAnswer?: (line: string) => void;
}

export interface GroupEnding {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A process of ours, told from a later one of the same number by `identity`. */
const Process = z.object({ pid: z.number().int().positive(), identity: z.string() });
const GroupRecord = z.object({ group: Process, owner: Process });

/** A program and all that it starts, in a process group of its own: it is stopped as a whole or not at all. */
export class ProcessGroup {
  private readonly child: ChildProcess;
  private readonly identity: string;
  private readonly record: string;
  private readonly said: string[] = [];
  /** Resolves when the program has ended and nothing of its group is left. */
  readonly ended: Promise<GroupEnding>;

  constructor(private readonly spec: GroupSpec) {
    const { command, args, env, cwd, records } = spec;
    mkdirSync(records, { recursive: true });
    const talks = spec.onAnswer !== undefined;
    this.child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: [talks ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    const pid = this.child.pid ?? 0;
    this.identity = identityOf(pid) ?? '';
    this.record = join(records, `${pid}.json`);
    if (pid > 0) {
      const owner = { pid: process.pid, identity: identityOf(process.pid) ?? '' };
      writeFileSync(this.record, JSON.stringify({ group: { pid, identity: this.identity }, owner }));
    }
    this.listen();
    this.ended = this.untilEnd(pid);
  }

  /** Writes a line to the program; what cannot be written shows as the program's end. */
  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Asks the whole group to end, then kills it. Safe to call twice. */
  async stop(): Promise<void> {
    const { pid } = this.child;
    if (pid !== undefined && this.child.exitCode === null && this.child.signalCode === null)
      await stopProcess(pid, this.identity, graceMs);
    await this.ended;
  }

  private listen(): void {
    const { onAnswer, onLine } = this.spec;
    const keep = (line: string) => {
      this.said.push(line);
      if (this.said.length > keptLines) this.said.shift();
      onLine?.(line);
    };
    createInterface({ input: this.child.stdout! }).on('line', onAnswer ?? keep);
    createInterface({ input: this.child.stderr! }).on('line', keep);
    // A program that has ended reads nothing any more; its end tells so.
    this.child.stdin?.on('error', () => undefined);
  }

  private untilEnd(pid: number): Promise<GroupEnding> {
    return new Promise((resolve) => {
      const { child, said, record } = this;
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        rmSync(record, { force: true });
        resolve({ code, signal, output: said.join('\n') });
      };
      child.once('error', (error) => {
        said.push(error.message);
        if (child.pid === undefined) end(null, null);
      });
      // What the program started would keep its outputs open, and with them `close` away.
      child.once('exit', () => {
        if (pid > 0) signalGroup(pid, 'SIGKILL');
        // A daemon has left the group and lives on; nobody listens to it any more.
        const closing = setTimeout(() => {
          child.stdout?.destroy();
          child.stderr?.destroy();
        }, outputsMs);
        child.once('close', () => clearTimeout(closing));
      });
      child.once('close', end);
    });
  }
}

/**
 * Runs a program to its end. Rejects with `Cancelled`, its group gone, when the signal aborts; resolves however it ended
 * otherwise.
 */
export async function runGroup(spec: GroupSpec, signal: AbortSignal): Promise<GroupEnding> {
  if (signal.aborted) throw cancelled(spec.title);
  const group = new ProcessGroup(spec);
  const stop = () => void group.stop();
  signal.addEventListener('abort', stop);
  try {
    const ending = await group.ended;
    if (signal.aborted) throw cancelled(spec.title);
    return ending;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

export function cancelled(title: string): PlusctError {
  return new PlusctError('Cancelled', `${title} was cancelled`);
}

/** Kills the groups whose owner is dead: a worker that was killed leaves what it had started. Resolves to their number. */
export function sweepGroups(records: string): number {
  mkdirSync(records, { recursive: true });
  let swept = 0;
  for (const name of readdirSync(records)) {
    const path = join(records, name);
    const known = readRecord(path);
    if (known !== undefined && identityOf(known.owner.pid) === known.owner.identity) continue;
    if (known !== undefined) {
      const { pid, identity } = known.group;
      const now = identityOf(pid);
      // A number is not given out again while its group has members: a leader that is gone leaves only its own.
      if ((now === undefined || now === identity) && signalGroup(pid, 'SIGKILL')) swept += 1;
    }
    rmSync(path, { force: true });
  }
  return swept;
}

function readRecord(path: string): z.infer<typeof GroupRecord> | undefined {
  try {
    return GroupRecord.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
