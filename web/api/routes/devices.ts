import { seenDevices } from '../../../activities/seen-devices.js';
import { summariseUsage } from '../../../domain/usage.js';
import { readUsages } from '../../../storage/usages.js';
import type { Api, ApiContext } from '../api.js';
import { CampaignParams } from '../schemas/address.js';
import { DeviceList } from '../schemas/device-body.js';
import { problems } from '../schemas/problems.js';

/** Devices of the installation, and what a campaign used them for. */
export function deviceRoutes(api: Api, { store, client }: ApiContext): void {
  api.get(
    '/campaigns/:campaign/devices',
    {
      config: { action: 'device.read' },
      schema: { tags: ['devices'], params: CampaignParams, response: { 200: DeviceList, ...problems } },
    },
    async ({ params: { campaign } }) => {
      const usages = await readUsages(store, campaign);
      return {
        devices: await seenDevices(store, client),
        byDevice: summariseUsage(usages, 'device'),
        byModel: summariseUsage(usages, 'model'),
      };
    },
  );
}
