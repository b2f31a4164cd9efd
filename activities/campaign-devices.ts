import { CampaignPlan } from '../domain/campaign.js';
import type { DevicePlan } from '../domain/hardware-class.js';
import { campaignPlanKey } from '../domain/keys.js';
import { requireJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';

/** The classes of devices that a campaign's work goes to; left away where it names none. */
export async function devicesOf(store: ObjectStore, campaign: string): Promise<{ devices?: DevicePlan }> {
  const { devices } = await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
  return devices === undefined ? {} : { devices };
}
