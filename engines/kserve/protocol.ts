import { z } from 'zod';
import { PlusctError } from '../../domain/errors.js';

/**
 * Messages of the Open Inference Protocol (KServe v2) over HTTP, as Triton speaks it
 * (https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md).
 */
export const ServerMetadata = z.object({ name: z.string(), extensions: z.array(z.string()).default([]) });

const TensorMetadata = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) });
export type TensorMetadata = z.infer<typeof TensorMetadata>;

export const ModelMetadata = z.object({ inputs: z.array(TensorMetadata), outputs: z.array(TensorMetadata) });
export type ModelMetadata = z.infer<typeof ModelMetadata>;

/** What servers that can be given tensors as bytes say of themselves. */
export const binaryExtension = 'binary_tensor_data';
/** Length of the JSON before the bytes. */
export const headerLength = 'inference-header-content-length';

export interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A request whose inputs follow the JSON as bytes, and that asks for the output in the same way. */
export function encodeRequest(
  inputs: readonly Tensor[],
  output: string,
): { body: Uint8Array; headers: Record<string, string> } {
  const json = Buffer.from(
    JSON.stringify({
      inputs: inputs.map(({ name, datatype, shape, bytes }) => ({
        name,
        datatype,
        shape,
        parameters: { binary_data_size: bytes.length },
      })),
      outputs: [{ name: output, parameters: { binary_data: true } }],
    }),
  );
  return {
    body: Buffer.concat([json, ...inputs.map(({ bytes }) => bytes)]),
    headers: { 'content-type': 'application/octet-stream', [headerLength]: String(json.length) },
  };
}

const Answer = z.object({
  model_version: z.string().optional(),
  outputs: z.array(
    TensorMetadata.extend({
      parameters: z.looseObject({ binary_data_size: z.number().int().nonnegative() }),
    }),
  ),
});

/** One output of an answer. Throws `SchemaViolation` on anything else than the protocol has. */
export function decodeAnswer(
  body: Uint8Array,
  jsonBytes: string | null,
  output: string,
): { tensor: Tensor; modelVersion: string | undefined } {
  const length = jsonBytes === null ? Number.NaN : Number(jsonBytes);
  if (!(Number.isInteger(length) && length > 0 && length <= body.length)) {
    throw wrong(
      `its header ${headerLength} is ${jsonBytes ?? 'missing'}, the answer has ${body.length} bytes`,
    );
  }
  const parsed = Answer.safeParse(parseOrNothing(new TextDecoder().decode(body.subarray(0, length))));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`field ${issue!.path.join('.')}: ${issue!.message}`);
  }
  let from = length;
  for (const { name, datatype, shape, parameters } of parsed.data.outputs) {
    const bytes = body.subarray(from, from + parameters.binary_data_size);
    if (bytes.length !== parameters.binary_data_size) throw wrong(`it ends inside of the tensor ${name}`);
    from += bytes.length;
    if (name === output)
      return { tensor: { name, datatype, shape, bytes }, modelVersion: parsed.data.model_version };
  }
  throw wrong(`it has no output ${output}`);
}

function wrong(what: string): PlusctError {
  return new PlusctError('SchemaViolation', `the inference server’s answer cannot be read: ${what}`);
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The tensor that is meant: the one of that name, or the only one. Throws `InvalidInput` naming those there are. */
export function chosenTensor(
  kind: 'input' | 'output',
  tensors: readonly TensorMetadata[],
  name: string | undefined,
): TensorMetadata {
  const found =
    name === undefined && tensors.length === 1 ? tensors[0] : tensors.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = tensors.map((each) => each.name).join(', ');
  throw new PlusctError(
    'InvalidInput',
    `the model has the ${kind}s ${names}: set ${kind} to ${name === undefined ? 'one of them' : `one of them, not ${name}`}`,
  );
}

/**
 * The shape in which a model takes one volume of `size` (in the order of the tensor's axes): ones for batch and channel before it. Throws
 * `InvalidInput` where the model has another number of axes, or fixed ones of another length.
 */
export function volumeShape(
  { name, shape }: TensorMetadata,
  size: readonly [number, number, number],
): number[] {
  const wanted = [...new Array<number>(Math.max(0, shape.length - 3)).fill(1), ...size];
  const fits = shape.length >= 3 && shape.every((given, n) => given < 0 || given === wanted[n]);
  if (fits) return wanted;
  throw new PlusctError(
    'InvalidInput',
    `the tensor ${name} has the shape [${shape.join(', ')}]; a volume of ${size.join('×')} needs [${wanted.join(', ')}], or -1 where sizes may differ`,
  );
}
