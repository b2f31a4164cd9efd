import { z } from 'zod';
import { PlusctError } from '../../domain/errors.js';
import type { NnunetSettings } from './settings.js';

/** As much of a plans file as is looked at; everything else stays as the planner wrote it. */
const Configuration = z.looseObject({
  patch_size: z.array(z.number().int().positive()),
  batch_size: z.number().int().positive(),
  architecture: z.looseObject({
    arch_kwargs: z.looseObject({ strides: z.array(z.array(z.number().int().positive())) }),
  }),
});
const Plans = z.looseObject({ configurations: z.record(z.string(), z.looseObject({})) });

/** Voxels along each axis that have to be left at the bottom of the network. */
const smallestBottom = 2;

/**
 * A plans file with the batch and the patch that the settings ask for. A patch stays a multiple of what the network's
 * strides come to. Neither changes how cases are preprocessed. Pure.
 * @throws PlusctError InvalidInput when the configuration was not planned, or the patch would be too small for the network
 */
export function adjustedPlans(text: string, settings: NnunetSettings): string {
  const { configuration: name, batchSize, largestPatch } = settings;
  const plans = Plans.parse(JSON.parse(text));
  const planned = plans.configurations[name];
  if (planned === undefined) {
    const there = Object.keys(plans.configurations).join(', ');
    throw new PlusctError(
      'InvalidInput',
      `nnU-Net planned no ${name} for these cases, but ${there}: set configuration to it`,
    );
  }
  const configuration = Configuration.parse(planned);
  if (batchSize !== undefined) configuration.batch_size = batchSize;
  if (largestPatch !== undefined) {
    const { strides } = configuration.architecture.arch_kwargs;
    configuration.patch_size = configuration.patch_size.map((size, axis) => {
      const step = strides.reduce((product, stride) => product * stride[axis]!, 1);
      if (size <= largestPatch) return size;
      const limited = Math.floor(largestPatch / step) * step;
      if (limited < Math.min(size, smallestBottom * step)) {
        throw new PlusctError(
          'InvalidInput',
          `largestPatch ${largestPatch} is too small for the planned network: give at least ${smallestBottom * step}`,
        );
      }
      return limited;
    });
  }
  plans.configurations[name] = configuration;
  return JSON.stringify(plans, undefined, 4);
}
