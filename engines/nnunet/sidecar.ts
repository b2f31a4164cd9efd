import { z } from 'zod';
import { PlusctError } from '../../domain/errors.js';
import { cancelled, type GroupEnding, ProcessGroup } from '../process-group.js';
import { failureOf, nextRung, predictionFailure, type Rung, rungs } from './failures.js';
import type { NnunetSettings } from './settings.js';
import type { Workshop } from './workshop.js';

/** Python's memory grows little by little; a process that has done so many cases is replaced by a fresh one. */
const mostCases = 200;

const Answer = z.discriminatedUnion('event', [
  z.object({ event: z.literal('ready'), device: z.enum(['cuda', 'cpu']) }),
  z.object({ event: z.literal('done'), id: z.number(), seconds: z.number(), degraded: z.boolean() }),
  z.object({
    event: z.literal('failed'),
    id: z.number(),
    error: z.string(),
    message: z.string(),
    poisoned: z.boolean(),
  }),
]);
type Answer = z.infer<typeof Answer>;

/** What became of one case. */
export interface Predicted {
  readonly seconds: number;
  /** Where it was done, when that is not where it was asked for. */
  readonly degraded?: string;
}

interface SidecarOptions {
  readonly workshop: Workshop;
  readonly model: string;
  readonly folder: string;
  readonly mirror: boolean;
  readonly device: NnunetSettings['device'];
}

/**
 * A Python process that holds a model and predicts one case after the other. It is started when there is work, again
 * after it has died, failed on the device or done many cases, and stopped when a case is cancelled.
 */
export class Sidecar {
  private running: Running | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  /** Cases that the running process has been given. */
  private cases = 0;

  constructor(private readonly options: SidecarOptions) {}

  /**
   * Predicts `image` into `output` (a path without its ending), one call at a time. What has too little memory is tried
   * again where it needs less.
   */
  predict(image: string, output: string, signal: AbortSignal): Promise<Predicted> {
    const work = this.queue.then(() => this.climb(image, output, signal));
    this.queue = work.catch(() => undefined);
    return work;
  }

  async stop(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    await running?.group.stop();
  }

  private async climb(image: string, output: string, signal: AbortSignal): Promise<Predicted> {
    const { device } = await this.start(signal);
    let rung: Rung | undefined = rungs.find((each) => each.device === device)!;
    const first = rung;
    for (;;) {
      const answer: Answer = await this.ask({ image, output, ...rung }, signal);
      if (answer.event === 'done') {
        const { seconds, degraded } = answer;
        const where =
          degraded || rung !== first ? { degraded: `results in the main memory, on ${rung.device}` } : {};
        return { seconds, ...where };
      }
      if (answer.event !== 'failed')
        throw new PlusctError('EngineCrashed', 'the sidecar answers out of turn');
      if (answer.poisoned) await this.stop();
      const next: Rung | undefined = nextRung(rung, answer.error);
      if (next === undefined) throw predictionFailure(answer.error, answer.message);
      rung = next;
    }
  }

  /** The running process and where it computes, started when there is none. */
  private async start(signal: AbortSignal): Promise<Running> {
    if (this.running !== undefined && this.cases < mostCases) return this.running;
    await this.stop();
    const { workshop, model, folder, mirror, device } = this.options;
    const args = ['--model', model, '--device', device, ...(mirror ? ['--mirror'] : [])];
    const talk = new Conversation();
    const spec = workshop.program('sidecar.py', args, folder);
    const group = new ProcessGroup({ ...spec, onAnswer: (line) => talk.hear(line) });
    void group.ended.then((ending) => {
      talk.end(ending);
      if (this.running?.group === group) this.running = undefined;
    });
    const ready = await this.until(group, talk.next(), signal);
    if (ready.event !== 'ready')
      throw new PlusctError('EngineCrashed', 'the sidecar does not say that it is ready');
    this.cases = 0;
    this.running = { group, talk, device: ready.device };
    return this.running;
  }

  private async ask(request: object, signal: AbortSignal): Promise<Answer> {
    const { group, talk } = await this.start(signal);
    this.cases += 1;
    const answer = talk.next();
    group.tell(JSON.stringify({ id: this.cases, ...request }));
    return this.until(group, answer, signal);
  }

  /** Waits for an answer; a cancelled one takes the process with it, since nothing else ends a computation. */
  private async until(group: ProcessGroup, answer: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    const stop = () => void group.stop();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    try {
      return await answer;
    } catch (error) {
      throw signal.aborted ? cancelled('prediction') : error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}

interface Running {
  readonly group: ProcessGroup;
  readonly talk: Conversation;
  readonly device: 'cuda' | 'cpu';
}

/** One question, one answer; the end of the process is the answer to whatever is open. */
class Conversation {
  private open: { resolve(answer: Answer): void; reject(error: PlusctError): void } | undefined;
  private over: PlusctError | undefined;

  next(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.over !== undefined) reject(this.over);
      else this.open = { resolve, reject };
    });
  }

  hear(line: string): void {
    const answer = Answer.safeParse(parsed(line));
    if (answer.success) this.open?.resolve(answer.data);
    else
      this.open?.reject(
        new PlusctError('EngineCrashed', `the sidecar said what is no answer: ${line.slice(0, 200)}`),
      );
  }

  end(ending: GroupEnding): void {
    this.over = failureOf('nnU-Net’s sidecar', ending);
    this.open?.reject(this.over);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
