import { PlusctError } from '../../domain/errors.js';
import { toOrientation } from '../../imaging/orientation.js';
import type { CtVolume } from '../../imaging/volume.js';
import type { Engine, EngineDescription } from '../engine.js';
import { fixedEngine } from '../fixed-engine.js';
import { type LabelValues, toOrganValues } from '../label-values.js';
import { withinTime } from '../time-limit.js';
import { InferenceServer } from './inference-server.js';
import { chosenTensor, type ModelMetadata, type Tensor, volumeShape } from './protocol.js';
import { type KserveSettings, kserveSettings } from './settings.js';
import { bytesOf, readTensor, writeTensor } from './tensor.js';

const description: EngineDescription = {
  name: 'kserve',
  version: '1',
  summary:
    'A model on an inference server that speaks the Open Inference Protocol (KServe v2), as Triton does. As good as that ' +
    'model; it learns nothing here.',
  device: 'cpu',
  fixed: true,
};

/**
 * A model on a server as an engine. Scans go only to servers that the worker trusts: those whose host and port are in
 * `PLUSCT_INFERENCE_HOSTS`, by commas. For others it throws `EngineMissing`.
 */
export function kserveEngine(environment: NodeJS.ProcessEnv = process.env): Engine {
  return fixedEngine({
    description,
    settingsOf: kserveSettings,
    predict: async ({ settings, values }, image, context) => {
      requireTrusted(settings, environment);
      const { url, timeoutSeconds, tokenVariable } = settings;
      const token = tokenVariable === undefined ? undefined : environment[tokenVariable];
      const server = new InferenceServer(settings, token);
      return withinTime({ title: url, timeoutSeconds }, context, (signal) =>
        predict(server, settings, values, image, signal),
      );
    },
  });
}

function requireTrusted({ url }: KserveSettings, environment: NodeJS.ProcessEnv): void {
  const trusted = (environment.PLUSCT_INFERENCE_HOSTS ?? '').split(',').map((each) => each.trim());
  const { host } = new URL(url);
  if (trusted.includes(host)) return;
  throw new PlusctError(
    'EngineMissing',
    `this worker sends no scan to ${host}: name it in PLUSCT_INFERENCE_HOSTS, or let another worker do it`,
  );
}

async function predict(
  server: InferenceServer,
  settings: KserveSettings,
  values: LabelValues,
  image: CtVolume,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { orientation, otherLabels } = settings;
  const { geometry, hu } = image;
  const target = orientation === 'native' ? geometry.axisCodes : orientation;
  const turned = toOrientation(geometry, hu, target);
  const [ni, nj, nk] = turned.geometry.shape;
  const size = [nk, nj, ni] as const;
  const model = await server.metadata(signal);
  const output = chosenTensor('output', model.outputs, settings.output);
  const inputs = inputsOf(settings, model, size, turned);
  const tensor = await server.infer(inputs, output.name, signal);
  requireVolume(tensor, size);
  const labels = toOrganValues(
    readTensor(tensor.datatype, tensor.shape, tensor.bytes),
    values,
    otherLabels,
    `the output ${tensor.name}`,
  );
  return turned.back(labels);
}

function inputsOf(
  { input, spacingInput }: KserveSettings,
  { inputs }: ModelMetadata,
  size: readonly [number, number, number],
  { geometry, voxels }: { geometry: CtVolume['geometry']; voxels: Int16Array },
): Tensor[] {
  const others = inputs.filter(({ name }) => name !== spacingInput);
  const { name, datatype, ...rest } = chosenTensor('input', others, input);
  const shape = volumeShape({ name, datatype, ...rest }, size);
  const scan = { name, datatype, shape, bytes: writeTensor(datatype, voxels) };
  if (spacingInput === undefined) return [scan];
  const sides = chosenTensor('input', inputs, spacingInput);
  const bytes = bytesOf(Float32Array.from([...geometry.spacingMm].reverse()));
  const ones = new Array<number>(Math.max(0, sides.shape.length - 1)).fill(1);
  return [scan, { name: spacingInput, datatype: 'FP32', shape: [...ones, 3], bytes }];
}

function requireVolume({ name, shape }: Tensor, size: readonly [number, number, number]): void {
  const before = shape.slice(0, -3);
  if (shape.slice(-3).join() === size.join() && before.every((each) => each === 1)) return;
  throw new PlusctError(
    'SchemaViolation',
    `the output ${name} has the shape [${shape.join(', ')}] for a volume of ${size.join('×')}: it has to be one label map of the same size`,
  );
}
