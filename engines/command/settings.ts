import { z } from 'zod';
import { PlusctError } from '../../domain/errors.js';
import type { EngineSettings } from '../../domain/training-set.js';
import { checkedSettings } from '../engine-settings.js';
import { labelSettings } from '../label-values.js';

/** Longer would outlast what an inference may take. */
const longestSeconds = 1_700;

export const CommandSettings = z.strictObject({
  /** Words by spaces, quotes keep some together; `{input}` and `{output}` stand for the folders. */
  command: z.string().default(''),
  /** Runs the command in a container of this image, without a network. */
  image: z.string().min(1).exactOptional(),
  runtime: z.enum(['docker', 'podman']).default('docker'),
  /** Where the container finds the folders. */
  inputAt: z.string().startsWith('/').default('/workspace/inputs'),
  outputAt: z.string().startsWith('/').default('/workspace/outputs'),
  /** Gives the container the worker's device. */
  gpus: z.boolean().default(true),
  timeoutSeconds: z.number().positive().max(longestSeconds).default(1_500),
  ...labelSettings,
});
export type CommandSettings = z.infer<typeof CommandSettings>;

/** Fills in defaults. Throws `InvalidInput` naming the setting. */
export function commandSettings(given: Readonly<EngineSettings>): CommandSettings {
  const settings = checkedSettings('command', CommandSettings, given);
  const words = splitWords(settings.command);
  if (settings.image !== undefined) return settings;
  const missing = ['{input}', '{output}'].find((each) => !words.some((word) => word.includes(each)));
  if (missing === undefined) return settings;
  throw new PlusctError(
    'InvalidInput',
    `the setting command of the engine command, "${settings.command}", has no ${missing}: write it where the program takes that folder`,
  );
}

/** Words of a command line: by spaces, those in single or double quotes together. No variable, no pattern, no escape. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (const letter of text) {
    if (quote !== undefined) {
      if (letter === quote) quote = undefined;
      else word = (word ?? '') + letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + letter;
  }
  if (quote !== undefined)
    throw new PlusctError('InvalidInput', `command "${text}": a ${quote} is never closed`);
  return word === undefined ? words : [...words, word];
}
