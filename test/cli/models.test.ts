import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { putTrainingSet, trainOn } from '../../activities/training.js';
import { exportToFile, importFromFile, listAll, showModel } from '../../cli/models.js';
import { status } from '../../cli/status.js';
import { usage } from '../../cli/usage.js';
import { CampaignPlan } from '../../domain/campaign.js';
import type { DeviceState } from '../../domain/device-state.js';
import { campaignPlanKey } from '../../domain/keys.js';
import type { Usage } from '../../domain/usage.js';
import { readDeviceStates, recordDeviceState } from '../../storage/device-states.js';
import { sha256 } from '../../storage/hash.js';
import { publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import { recordUsage } from '../../storage/usages.js';
import { learner, setOf } from '../activities/learner.js';
import { storeMiniCampaign } from '../activities/mini-campaign.js';
import { storeMiniCase } from '../workflows/mini-case.js';
import { storeSession } from './made-session.js';

const store = memoryStore();
const session = storeSession(store);
const dir = mkdtempSync(join(tmpdir(), 'plusct-models-'));
const context = { signal: new AbortController().signal, progress: () => undefined };
let modelId: string;

async function printed(work: () => Promise<void>): Promise<string> {
  const out: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  try {
    await work();
  } finally {
    write.mockRestore();
  }
  return out.join('');
}

beforeAll(async () => {
  await storeMiniCampaign(store, 'mini');
  const mini = await storeMiniCase(store, 'first');
  const { engine } = learner();
  const set = setOf([mini], {
    cases: setOf([mini]).cases.map((each) => ({ ...each, licence: 'CC-BY-NC-4.0' })),
  });
  ({ modelId } = await trainOn(
    { store, engineByName: () => engine },
    await putTrainingSet(store, set),
    context,
  ));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('plusct model', () => {
  it('lists models with what binds them', async () => {
    const text = await printed(() => listAll(session, {}));
    expect(text).toMatch(new RegExp(`${modelId} +learner 1 +1 +0 +CC-BY-NC-4.0 +no`));
    expect(text.split('\n').every((line) => line.length <= 100)).toBe(true);
    const [one] = JSON.parse(await printed(() => listAll(session, { json: true })));
    expect(one.taint.licence).toMatch(/^CC-BY/);
  });

  it('shows one with the exact labels that it was trained on', async () => {
    const text = await printed(() => showModel(session, modelId, {}));
    expect(text).toContain('not for commercial: CC-BY-NC-4.0 does not allow commercial use');
    expect(text).toMatch(/lits\/volume-0 +first +liver source-[0-9a-f]{12} +CC-BY-NC-4.0/);
    expect(text).toContain('No evaluation has judged its masks yet.');
  });

  it('writes an archive once, and takes it in from there', async () => {
    const out = join(dir, 'model.tar');
    const told = await printed(() => exportToFile(session, modelId, { out }));
    expect(told).toContain(sha256(readFileSync(out)));
    await printed(() => exportToFile(session, modelId, { out }));
    await expect(exportToFile(session, 'model', { out })).rejects.toThrow('is another file');
    const other = storeSession(memoryStore());
    await expect(importFromFile(other, out, { as: 'anna' })).rejects.toThrow('weights may be programs');
    const text = await printed(() =>
      importFromFile(other, out, { as: 'anna', trust: sha256(readFileSync(out)) }),
    );
    expect(text).toContain(`${modelId} is in the store, by anna`);
    expect(text).toContain('This installation has no engine learner');
    expect(await printed(() => showModel(other, modelId, {}))).toContain('imported  by anna');
  });
});

describe('devices at the terminal', () => {
  const at = '2026-01-01T08:00:00.000Z';
  const state = (device: string, more: Partial<DeviceState> = {}): DeviceState => ({
    device,
    state: 'at-work',
    at,
    ...more,
  });

  it('are named in the status while they are out of order', async () => {
    await recordDeviceState(store, state('here-0'));
    await recordDeviceState(store, state('here-1', { hardwareClass: 'a100' }));
    const failed = state('here-1', { hardwareClass: 'a100', state: 'failed', reason: 'GPU is lost' });
    await Promise.all([recordDeviceState(store, failed), recordDeviceState(store, failed)]);
    expect(await readDeviceStates(store)).toEqual([state('here-0'), failed]);
    const text = await printed(() => status(session, 'mini', {}));
    expect(text).toContain('Devices that take no work (1 of 2)');
    expect(text).toContain('here-1 (a100) since 2026-01-01 08:00: GPU is lost');
    await recordDeviceState(store, state('here-1'));
    expect(await printed(() => status(session, 'mini', {}))).not.toContain('take no work');
  });

  it('of a class that work goes to and that nobody is of are missed, while cases are unfinished', async () => {
    await recordDeviceState(store, state('here-2', { hardwareClass: 'a100' }));
    const plan = { campaign: 'classes', collections: [{ collection: 'lits', directory: '/none' }] };
    const more = { refine: 'human', engine: 'atlas', people: [], seed: 1, window: 1 };
    const devices = { training: 'a100', inference: 't4' };
    await publishJson(store, campaignPlanKey('classes'), CampaignPlan.parse({ ...plan, ...more, devices }));
    await storeMiniCase(store, 'classes', 'volume-1');
    const shown = await printed(() => status(session, 'classes', {}));
    expect(shown).toContain('No device of class t4 is at work');
    expect(shown).not.toContain('class a100');
    await recordDeviceState(store, state('here-3', { hardwareClass: 't4' }));
    expect(await printed(() => status(session, 'classes', {}))).not.toContain('No device');
  });

  it('have their time added up', async () => {
    const used: Usage = {
      at,
      device: 'here-0',
      deed: 'infer',
      outcome: 'done',
      modelId,
      organs: ['liver'],
      campaign: 'mini',
      collection: 'lits',
      caseId: 'volume-1',
      seconds: 12,
      loadSeconds: 2,
    };
    expect(await printed(() => usage(session, { by: 'model' }))).toContain('No device has worked yet.');
    await recordUsage(store, used);
    await recordUsage(store, used);
    const text = await printed(() => usage(session, { by: 'case', campaign: 'mini' }));
    expect(text).toMatch(/lits\/volume-1 +0 +1 +12\.0 +2\.0 +0\.0 +12\.00/);
    const json = JSON.parse(await printed(() => usage(session, { by: 'device', json: true })));
    expect(json).toMatchObject({ by: 'device', rows: [{ name: 'here-0', utilisation: 1 }], usages: [used] });
    expect(await printed(() => usage(session, { by: 'model', campaign: 'other' }))).toContain('No device');
  });
});
