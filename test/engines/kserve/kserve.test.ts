import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kserveEngine } from '../../../engines/kserve/kserve-engine.js';
import { kserveSettings } from '../../../engines/kserve/settings.js';
import { dsc, phantom, recording } from '../phantom.js';
import { inferenceServer } from './inference-server.js';

const { image, mask } = phantom(10);
let server: Awaited<ReturnType<typeof inferenceServer>>;
let usual: Awaited<ReturnType<typeof inferenceServer>>['behaviour'];

beforeAll(async () => {
  server = await inferenceServer();
  usual = { ...server.behaviour };
});
afterAll(() => server.close());
beforeEach(() => {
  delete server.behaviour.fault;
  Object.assign(server.behaviour, usual);
  server.asked.length = 0;
});

async function answer(more = {}, signal?: AbortSignal, environment = {}) {
  const engine = kserveEngine({ PLUSCT_INFERENCE_HOSTS: `other:8000, ${server.host}`, ...environment });
  const own = {
    url: `http://${server.host}`,
    model: 'abdomen',
    modelVersion: 3,
    labels: '1=liver',
    output: 'LABELS',
  };
  const settings = engine.settingsOf({ ...own, ...more });
  const bytes = await engine.train({ organs: ['liver'], cases: [], seed: 1, settings }, recording().context);
  return (await engine.load(bytes)).predict(image, recording(signal).context);
}

describe('a model on an inference server', () => {
  it('is given the scan as one tensor and gives its labels', async () => {
    expect(dsc(await answer(), mask)).toBeGreaterThan(0.7);
    expect(server.asked.map(({ path }) => path)).toEqual([
      'GET /v2',
      'GET /v2/models/abdomen/versions/3/ready',
      'GET /v2/models/abdomen/versions/3',
      'POST /v2/models/abdomen/versions/3/infer',
    ]);
  });

  it('gives the same whatever types it takes and gives', async () => {
    const first = await answer();
    Object.assign(server.behaviour, { inputType: 'FP32', outputType: 'INT64', inputShape: [1, -1, -1, -1] });
    expect(Buffer.from(await answer()).equals(Buffer.from(first))).toBe(true);
    expect(Buffer.from(await answer({ orientation: 'native' })).equals(Buffer.from(first))).toBe(true);
  });

  it('is told the voxel sides in the order of the tensor’s axes where it wants them', async () => {
    server.behaviour.withSpacing = true;
    await answer({ spacingInput: 'SPACING', orientation: 'native' });
    expect(server.asked.at(-1)!.spacingMm).toEqual([...image.geometry.spacingMm].reverse());
  });

  it('is shown the token that the worker has for it', async () => {
    await answer({ tokenVariable: 'KSERVE_TOKEN_A' }, undefined, { KSERVE_TOKEN_A: 'secret' });
    expect(server.asked.every(({ authorization }) => authorization === 'Bearer secret')).toBe(true);
  });

  it.each<[object, string, string]>([
    [{ fault: 'busy' }, 'EngineCrashed', 'HTTP 503: {"error":"no instance is free"}'],
    [{ ready: false }, 'EngineCrashed', 'version 3 of abdomen is not ready'],
    [{ fault: 'redirects' }, 'EngineCrashed', 'cannot be reached'],
    [{ fault: 'refuses' }, 'InvalidInput', 'unexpected shape for input SCAN'],
    [{ extensions: [] }, 'InvalidInput', 'does not have the extension binary_tensor_data'],
    [{ inputShape: [1, 1, 96, 96, 96] }, 'InvalidInput', 'the shape [1, 1, 96, 96, 96]; a volume of'],
    [{ inputShape: [-1, 3, -1, -1, -1] }, 'InvalidInput', '-1 where sizes may differ'],
    [{ version: '4' }, 'SchemaViolation', 'version 4 of abdomen answered, version 3 was asked'],
    [{ fault: 'cut' }, 'SchemaViolation', 'ends inside of the tensor LABELS'],
    [{ fault: 'no-header' }, 'SchemaViolation', 'inference-header-content-length is missing'],
    [{ fault: 'one-slice-less' }, 'SchemaViolation', 'has to be one label map of the same size'],
    [{ outputType: 'FP16' }, 'SchemaViolation', 'labels come as FP16; they can be'],
    [{ value: 7 }, 'SchemaViolation', 'the output LABELS holds the value 7'],
  ])('that does otherwise (%o) is a failure %s', async (behaviour, kind, message) => {
    Object.assign(server.behaviour, behaviour);
    await expect(answer()).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
  });

  it('that is not there says so, and may be back later', async () => {
    const gone = await inferenceServer();
    await gone.close();
    const refused = answer({ url: `http://${gone.host}` }, undefined, { PLUSCT_INFERENCE_HOSTS: gone.host });
    await expect(refused).rejects.toMatchObject({
      kind: 'EngineCrashed',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('that has several outputs has to be told which', async () => {
    await expect(answer({ output: 'MASK' })).rejects.toThrow('the model has the outputs LABELS, CHANCES');
  });

  it('is left when the inference is cancelled or takes too long', async () => {
    server.behaviour.fault = 'hangs';
    const stop = new AbortController();
    const refused = expect(answer({}, stop.signal)).rejects.toMatchObject({ kind: 'Cancelled' });
    while (server.asked.length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    await refused;
    await expect(answer({ timeoutSeconds: 0.5 })).rejects.toMatchObject({
      kind: 'EngineCrashed',
      message: expect.stringContaining('longer than timeoutSeconds=0.5'),
    });
  });

  it('gets no scan unless the worker trusts it', async () => {
    await expect(answer({}, undefined, { PLUSCT_INFERENCE_HOSTS: 'other:8000' })).rejects.toMatchObject({
      kind: 'EngineMissing',
      message: expect.stringContaining(`sends no scan to ${server.host}`),
    });
    expect(server.asked).toEqual([]);
  });
});

describe('settings of an inference server', () => {
  const known = { url: 'http://triton:8000', model: 'abdomen', modelVersion: 1, labels: '1=liver' };

  it('fill in what is usual', () => {
    expect(kserveSettings(known)).toMatchObject({
      modelVersion: '1',
      orientation: 'RAS',
      otherLabels: 'refuse',
    });
  });

  it.each([
    [{ url: 'triton:8000' }, 'the setting url'],
    [{ url: 'file:///etc/passwd' }, 'the setting url'],
    [{ model: '../secret' }, 'the setting model'],
    [{ orientation: 'RRS' }, 'the setting orientation'],
    [{ tokenVariable: 'S3_SECRET_ACCESS_KEY' }, 'expected KSERVE_TOKEN'],
    [{ timeoutSeconds: 3600 }, 'the setting timeoutSeconds'],
  ])('%o are refused', (more, message) => {
    expect(() => kserveSettings({ ...known, ...more })).toThrow(message);
  });
});
