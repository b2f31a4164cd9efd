import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { z } from 'zod';
import type { SourceCase } from '../domain/case.js';
import { PlusctError } from '../domain/errors.js';
import { type Finding, finding } from '../domain/finding.js';
import type { SourceCopy } from '../domain/source-copy.js';
import { nameOf } from './file-tree.js';

/** The parts of `dataset.json` that matter. `release` is misspelt in Task07, so nothing else is asked for. */
const DecathlonContents = z.object({
  training: z.array(z.object({ image: z.string(), label: z.string() })),
  test: z.array(z.union([z.string(), z.object({ image: z.string() })])).default([]),
  /** British in the decathlon; tools write the other. */
  licence: z.string().optional(),
  license: z.string().optional(),
  numTraining: z.number().optional(),
  numTest: z.number().optional(),
});
export type DecathlonContents = z.infer<typeof DecathlonContents>;

/** One listed case: paths as they stand in the list, under the list's own folder. */
export interface ListedFiles {
  readonly subset: SourceCase['subset'];
  readonly image: string;
  readonly label?: string;
}

export const unpackAgain = 'Unpack the archive of the task again, or download it again.';

/** Reads a `dataset.json`. Throws `InvalidInput` when it is none. */
export async function readContents(directory: string, path: string): Promise<DecathlonContents> {
  try {
    return DecathlonContents.parse(JSON.parse(await readFile(join(directory, path), 'utf8')));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    const message = `${join(directory, path)}: no list of training and test cases (${why}). ${unpackAgain}`;
    throw new PlusctError('InvalidInput', message, { cause });
  }
}

/** What a list holds, but for names that begin with `.` or `_`: archives list the droppings of macOS too. */
export function listedFiles({ training, test }: DecathlonContents, folder: string): ListedFiles[] {
  const under = (path: string): string => posix.join(folder, path);
  const train = training.map(
    ({ image, label }): ListedFiles => ({ subset: 'train', image: under(image), label: under(label) }),
  );
  const rest = test.map(
    (each): ListedFiles => ({ subset: 'test', image: under(typeof each === 'string' ? each : each.image) }),
  );
  return [...train, ...rest].filter(({ image }) => !/^[._]/.test(nameOf(image)));
}

/** The copy as its own list describes it: the licence that it states counts. */
export function statedCopy(
  usual: SourceCopy,
  { licence, license }: DecathlonContents,
  where: string,
): { source: SourceCopy; findings: Finding[] } {
  const stated = licence ?? license;
  const name = stated?.trim().toUpperCase().replaceAll(/\s+/g, '-');
  if (name === usual.licence) return { source: usual, findings: [] };
  const found = stated === undefined ? 'states no licence' : `states the licence "${stated}"`;
  const message = `${where}: ${found}; ${usual.copy} is known to be under ${usual.licence}`;
  const suggestion = 'look where this copy is from before anything made of it is given out';
  const unexpected = finding('LICENCE_UNEXPECTED', {
    where,
    field: 'licence',
    value: stated ?? '',
    message,
    suggestion,
  });
  const source = {
    ...usual,
    licence: name ?? usual.licence,
    licenceNote: `dataset.json ${found}; expected was ${usual.licence}`,
  };
  return { source, findings: [unexpected] };
}

/** Whether the list has as many cases as it says. */
export function countFaults(contents: DecathlonContents, where: string): Finding[] {
  const { training, test, numTraining = training.length, numTest = test.length } = contents;
  if (numTraining === training.length && numTest === test.length) return [];
  const value = `${training.length} + ${test.length}`;
  const message = `${where}: lists ${value} cases, but says that it has ${numTraining} + ${numTest}`;
  const suggestion = 'nothing to do for a part of the collection; else fetch the list again';
  return [finding('COUNT_UNEXPECTED', { where, field: 'numTraining, numTest', value, message, suggestion })];
}
