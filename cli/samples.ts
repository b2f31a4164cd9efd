import { resolve } from 'node:path';
import { generateSamples } from '../sources/samples/generate.js';
import { say } from './output.js';

/** `plusct samples DIR`: the five small collections and their reference. */
export async function samples(directory: string, options: { seed: string }): Promise<void> {
  await generateSamples({ directory: resolve(directory), seed: Number(options.seed) });
  say(`Five collections and reference/ in ${resolve(directory)}`);
}
