import type { CampaignPlan } from '../domain/campaign.js';
import { DevicePlan } from '../domain/hardware-class.js';
import { WrongOption } from './wrong-option.js';

/** Options of `plusct build` for which devices work on a campaign. */
export interface DeviceOptions {
  readonly trainOn?: string;
  readonly inferOn?: string;
  readonly larger?: string;
}

/** What these options add to a plan; nothing where none was given. Throws `WrongOption`, naming the option. */
export function planDevices({ trainOn, inferOn, larger }: DeviceOptions): Pick<CampaignPlan, 'devices'> {
  if (trainOn === undefined && inferOn === undefined && larger === undefined) return {};
  const parsed = DevicePlan.safeParse({
    ...(trainOn === undefined ? {} : { training: trainOn }),
    ...(inferOn === undefined ? {} : { inference: inferOn }),
    ...(larger === undefined ? {} : { larger: larger.split(',') }),
  });
  if (parsed.success) return { devices: parsed.data };
  const [issue] = parsed.error.issues;
  const option = { training: '--train-on', inference: '--infer-on', larger: '--larger' }[
    String(issue!.path[0]) as keyof DevicePlan
  ];
  throw new WrongOption(`${option}: ${issue!.message}`);
}
