import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nnunetEngine } from '../../../engines/nnunet/nnunet-engine.js';
import { hostName } from '../../../infra/host-name.js';
import { geometryOf, recording, volumeOf } from '../phantom.js';
import { fakeInstallation } from './fake-installation.js';

/** Every program of this installation fails: what counts is what was done before. */
const script = "console.error('RuntimeError: CUDA error: lost'); process.exit(1);";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusct-training-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a training that was cut off', () => {
  it('finds its cases written by its identity; another one, or one without, writes its own', async () => {
    const engine = nnunetEngine({ environment: fakeInstallation(folder, script) });
    let loaded = 0;
    const geometry = geometryOf([2, 2, 2], [1, 1, 1]);
    const load = async () => {
      loaded++;
      return { image: volumeOf(geometry, new Int16Array(8)), labels: new Uint8Array(8).fill(3) };
    };
    const cases = Array.from({ length: 6 }, (_, n) => ({ id: `lits/volume-${n}`, load }));
    const attempt = async (identity?: string) => {
      const input = { organs: ['spleen' as const], cases, seed: 1, settings: engine.settingsOf({}) };
      const asked = identity === undefined ? input : { ...input, identity };
      await expect(engine.train(asked, recording().context)).rejects.toThrow('the CUDA device failed');
    };
    await attempt('one');
    expect(loaded).toBe(6);
    await attempt('one');
    expect(loaded).toBe(6);
    await attempt('other');
    expect(loaded).toBe(12);
    await attempt();
    await attempt();
    expect(loaded).toBe(24);
    const trainings = readdirSync(join(folder, 'work', hostName())).filter((name) =>
      /^train-\w+$/.test(name),
    );
    expect(trainings).toHaveLength(3);
  });
});
