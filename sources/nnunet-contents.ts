import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import type { NamedValues } from './nnunet-labels.js';

const Value = z.union([z.number().int(), z.string().regex(/^\d+$/).transform(Number)]);

/** The parts of nnU-Net's `dataset.json` that matter, of version 1 and of version 2. */
const NnunetContents = z.object({
  name: z.string().optional(),
  /** Version 2: name → value, or values of a region. Version 1: value → name. */
  labels: z.union([
    z.record(z.string(), z.union([Value, z.array(Value)])),
    z.record(z.string().regex(/^\d+$/), z.string()),
  ]),
  channel_names: z.record(z.string(), z.string()).optional(),
  modality: z.record(z.string(), z.string()).optional(),
  file_ending: z.string().default('.nii.gz'),
  numTraining: z.number().int().optional(),
  training: z.array(z.object({ image: z.string(), label: z.string() })).optional(),
  test: z.array(z.union([z.string(), z.object({ image: z.string() })])).optional(),
  dataset: z.record(z.string(), z.object({ images: z.array(z.string()), label: z.string() })).optional(),
  licence: z.string().optional(),
  license: z.string().optional(),
  reference: z.string().optional(),
});
export type NnunetContents = z.infer<typeof NnunetContents>;

/**
 * Reads `dataset.json`. Throws `InvalidInput` when it is none of nnU-Net's, when images are anything but one channel of
 * CT, or when files are no NIfTI.
 */
export async function readNnunetContents(directory: string, path: string): Promise<NnunetContents> {
  const where = join(directory, path);
  const contents = parse(await readFile(where, 'utf8'), where);
  const channels = Object.values(contents.channel_names ?? contents.modality ?? {});
  if (channels.length !== 1 || channels[0].toUpperCase() !== 'CT') {
    const found = channels.length === 0 ? 'none' : channels.join(', ');
    const expected = 'plusct takes images of one channel, "CT"';
    throw new PlusctError(
      'InvalidInput',
      `${where}: channel_names: ${found}; ${expected}. Leave other datasets out.`,
    );
  }
  if (!/^\.nii(\.gz)?$/.test(contents.file_ending)) {
    const found = `file_ending: ${contents.file_ending}; plusct reads .nii.gz and .nii`;
    throw new PlusctError('InvalidInput', `${where}: ${found}. Convert the dataset to NIfTI.`);
  }
  return contents;
}

/** Names with their values, whichever way round the file has them; background left out. */
export function namedValues({ labels }: NnunetContents): NamedValues[] {
  const named = Object.entries(labels).map(([key, value]): NamedValues => {
    if (typeof value === 'string') return { name: value, values: [Number(key)] };
    return { name: key, values: typeof value === 'number' ? [value] : value };
  });
  return named.filter(({ values }) => values.some((value) => value !== 0));
}

function parse(text: string, where: string): NnunetContents {
  try {
    return NnunetContents.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    const message = `${where}: no description of an nnU-Net dataset (${why}). Take the one that the dataset came with.`;
    throw new PlusctError('InvalidInput', message, { cause });
  }
}
