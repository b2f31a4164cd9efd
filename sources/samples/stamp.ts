import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PlusctError } from '../../domain/errors.js';
import { Sha256 } from '../../domain/primitives.js';

/** Name of the file that says what made a folder and whether it is finished. */
export const stampName = 'samples.json';

/** Paths below the folder only: the generator removes files that a stamp lists. */
const RelativePath = z.string().refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
  error: 'expected a path below the folder',
});

export const SampleStamp = z.object({
  generator: z.literal('plusct samples'),
  version: z.number().int(),
  seed: z.number(),
  /** False while files are being written. */
  complete: z.boolean(),
  files: z.array(z.object({ path: RelativePath, sha256: Sha256, bytes: z.number().int() })),
});
export type SampleStamp = z.infer<typeof SampleStamp>;
export type StampedFile = SampleStamp['files'][number];

/** The folder's stamp, undefined where there is none. Throws `InvalidInput` on a stamp that is none of ours. */
export async function readStamp(directory: string): Promise<SampleStamp | undefined> {
  const path = join(directory, stampName);
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw cause;
  });
  if (text === undefined) return undefined;
  try {
    return SampleStamp.parse(JSON.parse(text));
  } catch (cause) {
    const remedy = 'Remove the file if the samples may be made anew here, or choose another folder.';
    throw new PlusctError('InvalidInput', `${path}: not a stamp of the sample generator. ${remedy}`, {
      cause,
    });
  }
}

/** Whether every file is there with its size; contents are not read. */
export async function allPresent(directory: string, files: readonly StampedFile[]): Promise<boolean> {
  for (const { path, bytes } of files) {
    const found = await stat(join(directory, path)).catch(() => undefined);
    if (found?.size !== bytes) return false;
  }
  return true;
}
