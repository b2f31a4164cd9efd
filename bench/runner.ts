import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PlusctError } from '../domain/errors.js';
import type { Answer, Job } from './job.js';

/** A process that answers jobs. */
export class Runner {
  private readonly child: ChildProcess;
  private readonly open = new Map<number, (answer: Answer) => void>();
  private readonly ended: Promise<void>;
  private fail: (error: Error) => void = () => undefined;
  private readonly failed: Promise<never>;
  private count = 0;

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    // Nobody may be waiting when it dies.
    this.failed.catch(() => undefined);
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => this.fail(error));
      this.child.once('close', (code) => {
        const what = `${command} ${args.join(' ')} ended with ${code}: see its message above`;
        if (code !== 0) this.fail(new PlusctError('EngineCrashed', what));
        resolve();
      });
    });
    if (!this.child.stdout) throw new PlusctError('EngineCrashed', `${command} has no output to read`);
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const { id, ...answer } = JSON.parse(line) as Answer & { id: number };
      this.open.get(id)?.(answer);
      this.open.delete(id);
    });
  }

  ask(job: Job): Promise<Answer> {
    const id = this.count++;
    const answered = new Promise<Answer>((resolve) => this.open.set(id, resolve));
    this.child.stdin?.write(`${JSON.stringify({ id, ...job })}\n`);
    return Promise.race([answered, this.failed]);
  }

  /** Resolves when the process has ended. */
  async close(): Promise<void> {
    this.child.stdin?.end();
    await Promise.race([this.ended, this.failed]);
  }
}
