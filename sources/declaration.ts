import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';

/** A file that a user may put into a collection's folder to say what its files do not. */
export const declarationName = 'plusct.json';

/**
 * What the user says of a folder; `empty` where nothing was said.
 * Throws `InvalidInput` when the file is there and says something that `schema` does not know.
 */
export async function readDeclaration<T>(directory: string, schema: z.ZodType<T>, empty: T): Promise<T> {
  const path = join(directory, declarationName);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return empty;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new PlusctError(
      'InvalidInput',
      `${path}: ${why}. docs/collections.md tells what may stand there.`,
      {
        cause,
      },
    );
  }
}
