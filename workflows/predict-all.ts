import type { Proposal } from '../activities/pseudo-labels.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import type { CaseAddress } from '../domain/keys.js';
import type { Urgency } from '../domain/queues.js';
import { onFittingDevice } from './fitting-device.js';

/** What each of some models says of a case, in their order. */
export function predictAll(
  at: CaseAddress,
  models: readonly string[],
  plan: DevicePlan | undefined,
  urgency: Urgency = 'bulk',
): Promise<Proposal[]> {
  const of = { deed: 'inference', plan, urgency } as const;
  return Promise.all(
    models.map(async (modelId) => {
      const { labelMap } = await onFittingDevice(of, (device) => device.predictCase({ at, modelId }));
      return { modelId, labelMap };
    }),
  );
}
