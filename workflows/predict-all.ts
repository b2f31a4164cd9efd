import type { Proposal, SilentModel } from '../activities/pseudo-labels.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import type { CaseAddress } from '../domain/keys.js';
import type { Urgency } from '../domain/queues.js';
import { onFittingDevice } from './fitting-device.js';
import { whyFailed } from './root-message.js';

/** What each of some models says of a case, in their order. One that fails fails the case. */
export function predictAll(
  at: CaseAddress,
  models: readonly string[],
  plan: DevicePlan | undefined,
  urgency: Urgency = 'bulk',
): Promise<Proposal[]> {
  return Promise.all(models.map((modelId) => predict(at, modelId, plan, urgency)));
}

/** As `predictAll`, but a model that fails is named beside the others. */
export async function predictEach(
  at: CaseAddress,
  models: readonly string[],
  plan: DevicePlan | undefined,
): Promise<{ said: Proposal[]; silent: SilentModel[] }> {
  const said: Proposal[] = [];
  const silent: SilentModel[] = [];
  const asked = models.map((modelId) =>
    predict(at, modelId, plan, 'bulk').catch((error: unknown): SilentModel => {
      return { modelId, why: whyFailed(error) };
    }),
  );
  for (const answer of await Promise.all(asked)) {
    if ('why' in answer) silent.push(answer);
    else said.push(answer);
  }
  return { said, silent };
}

async function predict(
  at: CaseAddress,
  modelId: string,
  plan: DevicePlan | undefined,
  urgency: Urgency,
): Promise<Proposal> {
  const of = { deed: 'inference', plan, urgency } as const;
  const { labelMap } = await onFittingDevice(of, (device) => device.predictCase({ at, modelId }));
  return { modelId, labelMap };
}
