import { resolve } from 'node:path';
import { generateSamples } from '../sources/samples/generate.js';
import { say } from './output.js';
import { wholeNumber } from './wrong-option.js';

/** `plusct samples DIR`: the five small collections and their reference. */
export async function samples(directory: string, options: { seed: string }): Promise<void> {
  const seed = wholeNumber('--seed', options.seed, 0);
  await generateSamples({ directory: resolve(directory), seed });
  say(`Five collections and reference/ in ${resolve(directory)}`);
}
