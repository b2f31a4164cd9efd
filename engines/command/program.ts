import { type CommandSettings, splitWords } from './settings.js';

/** A program with its words. */
export interface ProgramCall {
  readonly command: string;
  readonly args: readonly string[];
}

/** Where the folders of one run are, and what its container is called. */
export interface RunPlace {
  readonly input: string;
  readonly output: string;
  readonly name: string;
  /** The device that the worker is pinned to, as `CUDA_VISIBLE_DEVICES` has it. */
  readonly device: string | undefined;
}

/** Programs in containers exchange batches through shared memory; the default of 64 MB is too small for that. */
const sharedMemory = '8g';

/** What is run for one image. */
export function programCall(settings: CommandSettings, place: RunPlace): ProgramCall {
  const { image, runtime, inputAt, outputAt } = settings;
  const words = (input: string, output: string) =>
    splitWords(settings.command).map((word) =>
      word.replaceAll('{input}', input).replaceAll('{output}', output),
    );
  if (image === undefined) {
    const [command, ...args] = words(place.input, place.output);
    return { command: command!, args };
  }
  const args = [
    ...['run', '--rm', '--network', 'none', '--name', place.name, '--shm-size', sharedMemory],
    ...deviceWords(settings, place.device),
    ...['-v', `${place.input}:${inputAt}:ro`, '-v', `${place.output}:${outputAt}`],
    image,
    ...words(inputAt, outputAt),
  ];
  return { command: runtime, args };
}

function deviceWords({ gpus, runtime }: CommandSettings, device = '0'): string[] {
  if (!gpus) return [];
  return runtime === 'docker' ? ['--gpus', `"device=${device}"`] : ['--device', `nvidia.com/gpu=${device}`];
}

/** Removes the container of a run that was stopped: ending the client does not end it. */
export function removalCall({ image, runtime }: CommandSettings, name: string): ProgramCall | undefined {
  return image === undefined ? undefined : { command: runtime, args: ['rm', '--force', name] };
}

/** Whether this worker runs programs that campaigns name. */
export function allowsCommands(environment: NodeJS.ProcessEnv): boolean {
  return environment.PLUSCT_ALLOW_COMMANDS === '1';
}

const secret = /^(S3|AWS|TEMPORAL|PLUSCT)_/;

/** The environment without what opens the store and the server: a program that somebody else wrote has no use for it. */
export function environmentFor(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(own).filter(([name]) => !secret.test(name)));
}
