import { beforeAll, describe, expect, it, vi } from 'vitest';
import { audit } from '../../cli/audit.js';
import type { Session } from '../../cli/session.js';
import { status } from '../../cli/status.js';
import { Passport } from '../../domain/case.js';
import { finding } from '../../domain/finding.js';
import { passportKey } from '../../domain/keys.js';
import { publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import { readConfig } from '../../workers/config.js';
import { storeMiniCampaign } from '../activities/mini-campaign.js';

const store = memoryStore();
const session: Session = {
  store,
  config: readConfig({
    TEMPORAL_ADDRESS: 'none:1',
    S3_ENDPOINT: 'http://none:1',
    S3_ACCESS_KEY_ID: 'none',
    S3_SECRET_ACCESS_KEY: 'none',
  }),
  client: () => Promise.reject(new Error('reading asks no server but the object store')),
  close: async () => undefined,
};

async function printed(command: () => Promise<void>): Promise<string> {
  const out: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  try {
    await command();
  } finally {
    write.mockRestore();
  }
  return out.join('');
}

beforeAll(async () => {
  await storeMiniCampaign(store, 'mini');
  const at = { campaign: 'mini', collection: 'lits', caseId: 'volume-3' } as const;
  const where = 'Training Batch 1/segmentation-3.nii';
  const held = {
    ...{ collection: 'lits', caseId: 'volume-3', subset: 'train', status: 'quarantined' },
    ...{
      licence: 'none',
      citation: 'none',
      copy: 'test',
      sourceFiles: [],
      sourceLabels: [],
      missingOrgans: [],
    },
    findings: [
      finding('LABEL_VALUES', {
        where,
        message: `${where}: values 0, 1, 2, 9; the collection has 0, 1, 2`,
        suggestion:
          'fetch the label from the collection itself; labels of later editions must not be mixed in',
      }),
      finding('FILE_EMPTY', {
        where,
        message: `${where}: the file is empty`,
        suggestion: 'Download the file again and compare its size and checksum with the source.',
      }),
    ],
  };
  await publishJson(store, passportKey(at), Passport.parse(held));
});

describe('plusct status', () => {
  it('fits 100 columns, and every finding is whole sentences', async () => {
    const text = await printed(() => status(session, undefined, { all: true }));
    expect(text).toContain('LiTS');
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
    expect(text).toContain('Findings (2)');
    const words = text.replaceAll(/\s+/g, ' ');
    expect(words).toContain('has 0, 1, 2. Fetch the label from the collection itself; labels of');
    expect(words).toContain('segmentation-3.nii: the file is empty. Download the file again and');
    expect(words).not.toContain('..');
  });
});

describe('plusct audit', () => {
  it('of a case on which nobody has acted says where to look', async () => {
    const text = await printed(() => audit(session, 'lits/volume-3', {}));
    expect(text).toContain('Nobody has acted on lits/volume-3 yet; `plusct findings --case lits/volume-3`');
    const json = JSON.parse(await printed(() => audit(session, 'lits/volume-3', { json: true })));
    expect(json).toEqual({ campaign: 'mini', case: 'lits/volume-3', records: [], breaks: [] });
  });

  it('of a case that there is not says that', async () => {
    await expect(audit(session, 'lits/volume-99', {})).rejects.toThrow('mini has no case lits/volume-99');
  });
});
