import { createHash } from 'node:crypto';

const softTissue = { least: -150, most: 230 } as const;

/** SHA-256 of how often each HU of soft tissue occurs: copies whose air was padded or cut off otherwise have the same. */
export function softTissueHash(hu: Int16Array): string {
  const counts = new Float64Array(softTissue.most - softTissue.least + 1);
  for (let n = 0; n < hu.length; n++) {
    const value = hu[n];
    if (value >= softTissue.least && value <= softTissue.most) counts[value - softTissue.least]++;
  }
  return createHash('sha256').update(new Uint8Array(counts.buffer)).digest('hex');
}
