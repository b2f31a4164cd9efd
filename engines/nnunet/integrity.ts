import { mkdirSync, symlinkSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { PlusctError } from '../../domain/errors.js';
import { runGroup } from '../process-group.js';
import { failureOf } from './failures.js';
import { Workshop } from './workshop.js';

/**
 * Lets nnU-Net itself check a folder in its raw layout (`DatasetNNN_Name`) and plan for it; nothing is preprocessed and
 * nothing written into the folder. Resolves to what nnU-Net said.
 * @throws PlusctError InvalidInput when the folder is not called so, or nnU-Net finds it wanting
 */
export async function verifyDataset(
  folder: string,
  signal: AbortSignal,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
  const name = basename(resolve(folder));
  const [, number] = /^Dataset(\d{3})_[\w.-]+$/.exec(name) ?? [];
  if (number === undefined)
    throw new PlusctError('InvalidInput', `${folder}: nnU-Net wants a folder called DatasetNNN_Name`);
  const workshop = Workshop.open(environment);
  const own = workshop.privateFolder('verify');
  try {
    mkdirSync(join(own.path, 'raw'));
    symlinkSync(resolve(folder), join(own.path, 'raw', name));
    const args = ['-d', String(Number(number)), '--verify_dataset_integrity', '--no_pp', '--no_pbar'];
    const program = 'nnUNetv2_plan_and_preprocess';
    const ending = await runGroup(workshop.program(program, [...args, '-npfp', '2'], own.path), signal);
    if (ending.code !== 0) throw failureOf(program, ending);
    return ending.output;
  } finally {
    own.dispose();
  }
}
