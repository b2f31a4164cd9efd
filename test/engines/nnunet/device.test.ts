import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireSeen } from '../../../engines/nnunet/device.js';
import { casesAtOnce } from '../../../engines/nnunet/nnunet-engine.js';
import { Workshop } from '../../../engines/nnunet/workshop.js';
import { fakeInstallation } from './fake-installation.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusct-device-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A machine whose nvidia-smi says so. */
function machine(says: string): Workshop {
  const bin = join(folder, 'smi');
  mkdirSync(bin);
  writeFileSync(join(bin, 'nvidia-smi'), `#!/bin/sh\n${says}\n`);
  chmodSync(join(bin, 'nvidia-smi'), 0o755);
  return Workshop.open({ ...fakeInstallation(folder, ''), PATH: `${bin}:/usr/bin:/bin` });
}

describe('a machine that has a GPU', () => {
  it('does not compute on its processor without being told to', async () => {
    const workshop = machine('echo "GPU 0: NVIDIA H100 (UUID: GPU-1)"');
    await expect(requireSeen(workshop, 'cpu')).rejects.toMatchObject({
      kind: 'EngineCrashed',
      message: expect.stringMatching(/does not see the GPU .*NVIDIA H100.* CUDA_VISIBLE_DEVICES=-1/),
    });
    await requireSeen(workshop, 'cuda');
  });

  it('is not one whose driver finds none, and not one without the program', async () => {
    await requireSeen(machine('echo "NVIDIA-SMI has failed"; exit 9'), 'cpu');
    await requireSeen(Workshop.open({ ...fakeInstallation(folder, ''), PATH: folder }), 'cpu');
  });
});

describe('the cases that a device has at once', () => {
  const gigabyte = 1024 ** 3;
  it.each([
    [2, 8, 3],
    [16, 128, 8],
    [16, 40, 5],
    [8, 512, 4],
    [128, 1024, 8],
  ])('of %i cores and %i GB are %i', (cores, memoryGb, cases) => {
    expect(casesAtOnce(cores, memoryGb * gigabyte)).toBe(cases);
  });
});
