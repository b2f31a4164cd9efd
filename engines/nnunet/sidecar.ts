import { z } from 'zod';
import { PlusctError } from '../../domain/errors.js';
import { cancelled, type GroupSpec, ProcessGroup } from '../process-group.js';
import { requireSeen } from './device.js';
import { failureOf, nextRung, predictionFailure, type Rung, rungs } from './failures.js';
import type { NnunetSettings } from './settings.js';
import type { Workshop } from './workshop.js';

/** Python's memory grows little by little; a process that has done so many cases is replaced by a fresh one. */
const mostCases = 200;

/** How long a case that nobody waits for any more may go on computing while others wait for the device. */
const computesOnMs = 60_000;

const Answer = z.discriminatedUnion('event', [
  z.object({ event: z.literal('ready'), device: z.enum(['cuda', 'cpu']) }),
  z.object({ event: z.literal('computing'), id: z.number() }),
  z.object({
    event: z.literal('done'),
    id: z.number(),
    seconds: z.number(),
    deviceSeconds: z.number(),
    degraded: z.boolean(),
  }),
  z.object({
    event: z.literal('failed'),
    id: z.number(),
    error: z.string(),
    message: z.string(),
    poisoned: z.boolean(),
  }),
]);
type Answer = z.infer<typeof Answer>;
type CaseAnswer = Exclude<Answer, { event: 'ready' | 'computing' }>;

/** What became of one case. */
export interface Predicted {
  readonly seconds: number;
  /** Of these, those in which the device computed. */
  readonly deviceSeconds: number;
  /** Where it was done, when that is not where it was asked for. */
  readonly degraded?: string;
}

interface SidecarOptions {
  readonly workshop: Workshop;
  readonly model: string;
  readonly folder: string;
  readonly mirror: boolean;
  readonly device: NnunetSettings['device'];
  /** Cases that are prepared at once, and written at once. */
  readonly threads: number;
  readonly computesOnMs?: number;
}

/**
 * A Python process that holds a model and predicts: while the device computes one case, others are prepared and written. It is started when there is work,
 * again after it has died, failed on the device or done many cases, and stopped when the only case that it has is cancelled. Where it died with several
 * cases, each of them has a process to itself once, so that the others do not fail with the one that it died of.
 */
export class Sidecar {
  private running: Conversation | undefined;
  private starting: Promise<unknown> = Promise.resolve();
  private underway = 0;
  private closed = false;
  /** Ends when every case that has to be alone has been. */
  private alone: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: SidecarOptions) {}

  /**
   * Predicts `image` into `output` (a path without its ending). What has too little memory is tried again where it needs
   * less.
   */
  async predict(image: string, output: string, signal: AbortSignal): Promise<Predicted> {
    if (signal.aborted) throw cancelled('prediction');
    this.underway += 1;
    try {
      return await this.climb(image, output, signal);
    } finally {
      this.underway -= 1;
    }
  }

  /** Ends the process; there will be no other one. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running?.stop();
  }

  private async climb(image: string, output: string, signal: AbortSignal): Promise<Predicted> {
    const device = await this.unlessCancelled(
      this.current().then(({ ready }) => ready),
      signal,
    );
    if (this.options.device === 'auto') await requireSeen(this.options.workshop, device);
    let rung: Rung | undefined = rungs.find((each) => each.device === device)!;
    const first = rung;
    for (;;) {
      const { running, answer }: Asked = await this.ask({ image, output, ...rung }, signal);
      if (answer.event === 'done') {
        const { seconds, deviceSeconds, degraded } = answer;
        const where =
          degraded || rung !== first ? { degraded: `results in the main memory, on ${rung.device}` } : {};
        return { seconds, deviceSeconds, ...where };
      }
      if (answer.poisoned) await running.stop();
      const next: Rung | undefined = nextRung(rung, answer.error);
      if (next === undefined) throw predictionFailure(answer.error, answer.message);
      rung = next;
    }
  }

  private async ask(request: object, signal: AbortSignal): Promise<Asked> {
    await this.unlessCancelled(this.alone, signal);
    const running = await this.unlessCancelled(this.current(), signal);
    try {
      return await this.askOnce(running, request, signal);
    } catch (error) {
      if (!running.othersGoOn || this.closed || signal.aborted) throw error;
      return await this.askAlone(request, signal);
    }
  }

  private async askOnce(running: Conversation, request: object, signal: AbortSignal): Promise<Asked> {
    const { id, answer } = running.ask(request);
    return {
      running,
      answer: await this.unlessCancelled(answer, signal, () => running.forget(id)),
    };
  }

  /** Asks once nobody else is asked, and lets nobody else ask meanwhile. */
  private askAlone(request: object, signal: AbortSignal): Promise<Asked> {
    const turn = this.alone.then(async () => {
      if (signal.aborted) throw cancelled('prediction');
      return this.askOnce(await this.current(), request, signal);
    });
    this.alone = turn.catch(() => undefined);
    return turn;
  }

  /** The running process; a new one where there is none, or where the last has done its share. */
  private current(): Promise<Conversation> {
    const next = this.starting.then(() => this.replaced());
    this.starting = next.catch(() => undefined);
    return next;
  }

  private async replaced(): Promise<Conversation> {
    const { running } = this;
    if (running !== undefined) {
      if (!running.isOver && running.cases < mostCases) return running;
      if (!running.isOver) await running.idle();
      // What the device held for it is free when it has ended.
      await running.stop();
    }
    if (this.closed)
      throw new PlusctError('EngineCrashed', 'the model was let go while a case waited for it: retry');
    const { workshop, model, folder, mirror, device, threads } = this.options;
    const args = ['--model', model, '--device', device, '--threads', String(threads)];
    if (mirror) args.push('--mirror');
    const spec = workshop.program('sidecar.py', args, folder);
    this.running = new Conversation(spec, this.options.computesOnMs ?? computesOnMs);
    return this.running;
  }

  /** Nothing but its end stops a computation: a cancelled case takes the process with it, unless others wait for that. */
  private unlessCancelled<T>(
    work: Promise<T>,
    signal: AbortSignal,
    forget = (): void => undefined,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = async (): Promise<void> => {
        forget();
        if (this.underway === 1) await this.running?.stop();
        reject(cancelled('prediction'));
      };
      const cancel = (): void => void leave();
      if (signal.aborted) cancel();
      signal.addEventListener('abort', cancel, { once: true });
      work.then(
        (result) => {
          signal.removeEventListener('abort', cancel);
          resolve(result);
        },
        (error) => {
          signal.removeEventListener('abort', cancel);
          // Its process was stopped for the same reason: that is told by `leave`.
          if (!signal.aborted) reject(error);
        },
      );
    });
  }
}

interface Asked {
  /** The process that answered. */
  readonly running: Conversation;
  readonly answer: CaseAnswer;
}

interface Open {
  resolve(answer: CaseAnswer): void;
  reject(error: PlusctError): void;
}

/** One process and what it was asked; the end of the process is the answer to whatever is open. */
class Conversation {
  readonly ready: Promise<'cuda' | 'cpu'>;
  /** Cases that the process has been given. */
  cases = 0;
  private readonly group: ProcessGroup;
  private readonly open = new Map<number, Open>();
  private start!: { resolve(device: 'cuda' | 'cpu'): void; reject(error: PlusctError): void };
  private over: PlusctError | undefined;
  private stopping = false;
  private computing: number | undefined;
  /** It ended though others waited for answers: because of one of them, or because of one that was given up. */
  othersGoOn = false;
  private whenIdle: (() => void)[] = [];

  constructor(
    spec: GroupSpec,
    private readonly computesOnMs: number,
  ) {
    this.ready = new Promise((resolve, reject) => {
      this.start = { resolve, reject };
    });
    this.ready.catch(() => undefined);
    this.group = new ProcessGroup({ ...spec, onAnswer: (line) => this.hear(line) });
    void this.group.ended.then((ending) => {
      this.othersGoOn ||= !this.stopping && this.open.size > 1;
      this.over ??= failureOf('nnU-Net’s sidecar', ending);
      this.fail(this.over);
    });
  }

  get isOver(): boolean {
    return this.stopping || this.over !== undefined;
  }

  ask(request: object): { id: number; answer: Promise<CaseAnswer> } {
    this.cases += 1;
    const id = this.cases;
    const answer = new Promise<CaseAnswer>((resolve, reject) => {
      if (this.over !== undefined) return reject(this.over);
      this.open.set(id, { resolve, reject });
      this.group.tell(JSON.stringify({ id, ...request }));
    });
    return { id, answer };
  }

  /** Nobody waits for the answer any more. What computes cannot be broken off but with the process. */
  forget(id: number): void {
    if (this.open.has(id) && !this.isOver) this.group.tell(JSON.stringify({ cancel: id }));
    this.close(id);
    const stopIfAtIt = () => {
      if (this.computing !== id || this.isOver) return;
      this.othersGoOn = true;
      void this.stop();
    };
    setTimeout(stopIfAtIt, this.computesOnMs).unref();
  }

  /** Resolves when nothing is open. */
  idle(): Promise<void> {
    if (this.open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.whenIdle.push(resolve));
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.group.stop();
  }

  private hear(line: string): void {
    const { data } = Answer.safeParse(parsed(line));
    if (data === undefined) {
      const what = `the sidecar said what is no answer: ${line.slice(0, 200)}`;
      this.fail(new PlusctError('EngineCrashed', what));
    } else if (data.event === 'ready') {
      this.start.resolve(data.device);
    } else if (data.event === 'computing') {
      this.computing = data.id;
    } else {
      if (this.computing === data.id) this.computing = undefined;
      this.open.get(data.id)?.resolve(data);
      this.close(data.id);
    }
  }

  private fail(error: PlusctError): void {
    this.start.reject(error);
    for (const [id, { reject }] of [...this.open]) {
      reject(error);
      this.close(id);
    }
  }

  private close(id: number): void {
    this.open.delete(id);
    if (this.open.size > 0) return;
    for (const tell of this.whenIdle.splice(0)) tell();
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
