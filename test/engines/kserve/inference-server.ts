import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server behaves; a test may change it between requests. */
export interface Behaviour {
  inputType: 'INT16' | 'FP32';
  outputType: 'UINT8' | 'INT64' | 'FP16';
  inputShape: number[];
  extensions: string[];
  version: string;
  ready: boolean;
  /** Value of bright tissue. */
  value: number;
  /** What goes wrong with an inference. */
  fault?: 'busy' | 'refuses' | 'hangs' | 'cut' | 'no-header' | 'one-slice-less' | 'redirects';
  withSpacing: boolean;
}

/** A model server as the Open Inference Protocol describes it, written from its specification; it knows nothing of plusct. */
export async function inferenceServer(): Promise<{
  host: string;
  behaviour: Behaviour;
  /** What was asked: method and path, authorization, spacing. */
  asked: { path: string; authorization: string | undefined; spacingMm?: number[] }[];
  close(): Promise<void>;
}> {
  const behaviour: Behaviour = {
    inputType: 'INT16',
    outputType: 'UINT8',
    inputShape: [-1, 1, -1, -1, -1],
    extensions: ['binary_tensor_data'],
    version: '3',
    ready: true,
    value: 1,
    withSpacing: false,
  };
  const asked: { path: string; authorization: string | undefined; spacingMm?: number[] }[] = [];
  const server = createServer((request, response) => {
    const path = `${request.method} ${request.url}`;
    asked.push({ path, authorization: request.headers.authorization });
    if (path === 'GET /v2')
      return json(response, { name: 'test', version: '1', extensions: behaviour.extensions });
    if (path === 'GET /v2/models/abdomen/versions/3/ready') {
      response.writeHead(behaviour.ready ? 200 : 400).end();
    } else if (path === 'GET /v2/models/abdomen/versions/3') json(response, metadata(behaviour));
    else if (path === 'POST /v2/models/abdomen/versions/3/infer') {
      void infer(request, response, behaviour, (spacingMm) => {
        asked.at(-1)!.spacingMm = spacingMm;
      });
    } else json(response, { error: `Request for unknown model: ${path}` }, 404);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    behaviour,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function metadata({ inputType, outputType, inputShape, withSpacing }: Behaviour): object {
  const spacing = withSpacing ? [{ name: 'SPACING', datatype: 'FP32', shape: [-1, 3] }] : [];
  return {
    name: 'abdomen',
    versions: ['3'],
    platform: 'onnxruntime_onnx',
    inputs: [{ name: 'SCAN', datatype: inputType, shape: inputShape }, ...spacing],
    outputs: [
      { name: 'LABELS', datatype: outputType, shape: [-1, -1, -1, -1] },
      { name: 'CHANCES', datatype: 'FP32', shape: [-1, 5, -1, -1, -1] },
    ],
  };
}

function json(response: ServerResponse, value: object, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function infer(
  request: IncomingMessage,
  response: ServerResponse,
  behaviour: Behaviour,
  spacing: (mm: number[]) => void,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const { fault } = behaviour;
  if (fault === 'hangs') return;
  if (fault === 'busy') return json(response, { error: 'no instance is free' }, 503);
  if (fault === 'refuses') return json(response, { error: 'unexpected shape for input SCAN' }, 400);
  if (fault === 'redirects') {
    response.writeHead(302, { location: 'http://127.0.0.1:1/elsewhere' }).end();
    return;
  }
  const length = Number(request.headers['inference-header-content-length']);
  const asked = JSON.parse(body.subarray(0, length).toString());
  const [scan, sides] = asked.inputs;
  const [output] = asked.outputs;
  if (output.parameters.binary_data !== true || scan.name !== 'SCAN')
    return json(response, { error: 'odd' }, 400);
  const data = body.subarray(length, length + scan.parameters.binary_data_size);
  if (sides !== undefined) {
    const at = length + data.length;
    spacing([0, 4, 8].map((n) => body.readFloatLE(at + n)));
  }
  const step = behaviour.inputType === 'INT16' ? 2 : 4;
  const valueAt = (n: number) => (step === 2 ? data.readInt16LE(2 * n) : data.readFloatLE(4 * n));
  const shape: number[] = scan.shape.slice(-3);
  const count = shape.reduce((product, each) => product * each, 1);
  if (count !== data.length / step) return json(response, { error: 'sizes do not fit' }, 400);
  const wide = behaviour.outputType === 'INT64' ? 8 : 1;
  const cut = fault === 'one-slice-less' ? shape[1]! * shape[2]! : 0;
  const labels = Buffer.alloc((count - cut) * wide);
  for (let n = 0; n < count - cut; n++) {
    const bright = valueAt(n) > 75 && valueAt(n) < 200;
    if (bright && wide === 1) labels[n] = behaviour.value;
    else if (bright) labels.writeBigInt64LE(BigInt(behaviour.value), 8 * n);
  }
  const size = [1, shape[0]! - (cut > 0 ? 1 : 0), shape[1], shape[2]];
  const head = Buffer.from(
    JSON.stringify({
      model_name: 'abdomen',
      model_version: behaviour.version,
      outputs: [
        {
          name: output.name,
          datatype: behaviour.outputType,
          shape: size,
          parameters: { binary_data_size: labels.length },
        },
      ],
    }),
  );
  const answer = Buffer.concat([head, fault === 'cut' ? labels.subarray(1) : labels]);
  const headers = {
    'content-type': 'application/octet-stream',
    'Inference-Header-Content-Length': head.length,
  };
  response.writeHead(200, fault === 'no-header' ? {} : headers).end(answer);
}
