import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, install } from '../workflows/installation.js';
import { labelMapFile, organVoxels } from '../workflows/mini-case.js';
import { type MadeCampaign, type MadeConsole, makeCampaign, makeConsole } from './made-console.js';

const people = ['anna', 'ben'].map((id) => ({ id, role: 'junior', simulated: false }));

let installation: Installation;
let server: MadeConsole;
let made: MadeCampaign;

beforeAll(async () => {
  installation = await install('uploads', ['orchestration', 'io']);
  server = await makeConsole(installation, { maxUploadBytes: 8 * 1024 ** 2 });
  made = await makeCampaign(installation, people, 1);
});
afterAll(async () => {
  await server.close();
  await installation.stop();
});

const mask = () => labelMapFile(made.cases[0]!.image, { spleen: organVoxels('spleen') });

/** Sends a body that says it has `declared` bytes and goes on as long as the server takes it. */
function flood(declared: number | undefined): Promise<{ status: number | undefined; sent: number }> {
  const { port } = new URL(server.url);
  const chunk = Buffer.alloc(256 * 1024, 1);
  return new Promise((resolve) => {
    let sent = 0;
    let status: number | undefined;
    const outgoing = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: `/api/v1/campaigns/${made.campaign}/uploads`,
      headers: {
        authorization: `Bearer ${server.as('anna').token}`,
        'content-type': 'application/octet-stream',
        ...(declared === undefined ? {} : { 'content-length': declared }),
      },
    });
    const end = () => {
      outgoing.destroy();
      resolve({ status, sent });
    };
    outgoing.on('response', (answer) => {
      status = answer.statusCode;
      answer.resume();
      answer.on('end', end).on('error', end);
    });
    outgoing.on('error', end);
    const more = (): void => {
      while (!outgoing.destroyed && status === undefined && sent < 200 * 1024 ** 2) {
        sent += chunk.byteLength;
        if (!outgoing.write(chunk)) {
          outgoing.once('drain', more);
          return;
        }
      }
    };
    more();
  });
}

async function alive(): Promise<void> {
  expect((await fetch(`${server.url}/api/v1/health`)).status).toBe(200);
  expect(readdirSync(join(server.folder, 'quarantine'))).toEqual([]);
}

describe('uploads', () => {
  it('take in a mask, say what it is, and bind it to who sent it', async () => {
    const anna = server.as('anna');
    const sent = await anna.upload(made.campaign, mask());
    expect(sent.status).toBe(200);
    expect(sent.body).toMatchObject({ format: 'nifti' });
    const { task } = (await anna.post(`/campaigns/${made.campaign}/inbox/next`)).body.taken;
    const commands = `/campaigns/${made.campaign}/tasks/lits/${task.caseId}/1/commands`;
    // Ben knows the hash, and has sent nothing.
    const stolen = await server.as('ben').post(commands, { kind: 'submit', upload: sent.body });
    expect(stolen.status).toBe(422);
    expect(stolen.body.detail).toContain('ben has uploaded no file');
  });

  it('refuse a body of 10 GB before it is read, and one without a length at the limit', async () => {
    const declared = await flood(10 * 1024 ** 3);
    expect(declared.status).toBe(413);
    expect(declared.sent).toBeLessThan(64 * 1024 ** 2);
    const endless = await flood(undefined);
    expect([413, undefined]).toContain(endless.status);
    expect(endless.sent).toBeLessThan(100 * 1024 ** 2);
    await alive();
  });

  it('refuse what is no mask: HTML, junk, zip archives, bombs, paths that climb', async () => {
    const anna = server.as('anna');
    const big = Buffer.alloc(2 * 1024 ** 3 - 1);
    const climbing = zipSync({ '../../../etc/passwd': Buffer.from('root'), 'mask.nii': mask() });
    const files: Record<string, Uint8Array> = {
      html: Buffer.from('<!doctype html><html><body>Sign in</body></html>'),
      junk: Buffer.from(Array.from({ length: 5000 }, (_, n) => (n * 7919) % 251)),
      empty: Buffer.alloc(0),
      'gzip bomb': gzipSync(big, { level: 9 }),
      'zip bomb': zipSync({ 'mask.nii': [new Uint8Array(200 * 1024 ** 2), { level: 9 }] }),
      'zip that climbs': climbing,
      'cut off': mask().subarray(0, 40),
    };
    for (const [name, bytes] of Object.entries(files)) {
      const { status, body } = await anna.upload(made.campaign, bytes);
      expect([400, 413, 422], `${name}: ${status} ${JSON.stringify(body).slice(0, 200)}`).toContain(status);
      expect(body.remedy.length, name).toBeGreaterThan(5);
    }
    await alive();
  }, 120_000);

  it('refuse a mask that does not lie on the grid of the case it is meant for', async () => {
    const { token } = server.as('anna');
    const shifted = Buffer.from(mask());
    const { gunzipSync } = await import('node:zlib');
    const plain = gunzipSync(shifted);
    plain.writeFloatLE(plain.readFloatLE(292) + 30, 292);
    const response = await fetch(
      `${server.url}/api/v1/campaigns/${made.campaign}/uploads?case=${encodeURIComponent('lits/volume-0')}`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        body: plain,
      },
    );
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/) });
  });

  it('refuse other types of content, among them forms with file names', async () => {
    const form = new FormData();
    form.append('file', new Blob([Buffer.from(mask())]), '../../../../tmp/evil.nii.gz');
    const response = await fetch(`${server.url}/api/v1/campaigns/${made.campaign}/uploads`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.as('anna').token}` },
      body: form,
    });
    expect(response.status).toBe(415);
    await alive();
  });
});
