import { z } from 'zod';
import { PlusctError } from '../../domain/errors.js';
import type { EngineSettings } from '../../domain/training-set.js';

/** Planners by the names that settings use, each with the name that nnU-Net gives to what it plans. */
export const planners = {
  default: { planner: 'ExperimentPlanner', plans: 'nnUNetPlans' },
  'resenc-m': { planner: 'nnUNetPlannerResEncM', plans: 'nnUNetResEncUNetMPlans' },
  'resenc-l': { planner: 'nnUNetPlannerResEncL', plans: 'nnUNetResEncUNetLPlans' },
  'resenc-xl': { planner: 'nnUNetPlannerResEncXL', plans: 'nnUNetResEncUNetXLPlans' },
} as const;

const count = z.number().int().min(1);

/** What nnU-Net can be told. Folds are always `all`: a collection's every labelled case trains its model. */
export const NnunetSettings = z.strictObject({
  configuration: z.enum(['2d', '3d_fullres']).default('3d_fullres'),
  epochs: count.max(10_000).default(1000),
  /** Epochs that are added where training goes on from a model. */
  fineTuneEpochs: count.max(10_000).default(100),
  iterationsPerEpoch: count.max(10_000).default(250),
  learningRate: z.number().positive().max(1).default(0.01),
  planner: z.enum(['default', 'resenc-m', 'resenc-l', 'resenc-xl']).default('default'),
  /** Cases at once; what the planner chooses unless given. */
  batchSize: count.max(512).exactOptional(),
  /** Longest side of a patch in voxels; what the planner chooses unless given. For trials on small machines. */
  largestPatch: count.min(16).max(1024).exactOptional(),
  /** A checkpoint goes to the object store every so many epochs; each epoch's is kept on the worker's own disk. */
  saveEvery: count.max(1000).default(10),
  /** Predicts every mirror image too and takes the mean: up to eight times as slow. */
  testTimeAugmentation: z.boolean().default(false),
  device: z.enum(['auto', 'cuda', 'cpu']).default('auto'),
});
export type NnunetSettings = z.infer<typeof NnunetSettings>;

/** Fills in defaults. Throws `InvalidInput` naming the setting and what there is. */
export function nnunetSettings(given: Readonly<EngineSettings>): NnunetSettings {
  const names = Object.keys(NnunetSettings.shape);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new PlusctError(
      'InvalidInput',
      `the engine nnunet has no setting "${unknown}"; it has ${names.join(', ')}`,
    );
  const parsed = NnunetSettings.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue!.path[0]);
  throw new PlusctError(
    'InvalidInput',
    `the setting ${name} of the engine nnunet cannot be ${JSON.stringify(given[name])}: ${issue!.message}`,
  );
}
