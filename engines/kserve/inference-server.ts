import type { z } from 'zod';
import { PlusctError } from '../../domain/errors.js';
import {
  binaryExtension,
  decodeAnswer,
  encodeRequest,
  headerLength,
  ModelMetadata,
  ServerMetadata,
  type Tensor,
} from './protocol.js';
import type { KserveSettings } from './settings.js';

/** What a server said of an error, in messages. */
const saidAtMost = 400;
/** Answers that say that the request is wrong: asking again is no use. */
const refusals = new Set([400, 401, 403, 404, 405, 413, 415, 422]);

/** One model on one inference server. Retries are Temporal's: a server that is away is an `EngineCrashed`. */
export class InferenceServer {
  constructor(
    private readonly settings: KserveSettings,
    private readonly token: string | undefined,
  ) {}

  /** What the model takes and gives. Throws `InvalidInput` when the server takes no tensors as bytes. */
  async metadata(signal: AbortSignal): Promise<ModelMetadata> {
    const { extensions, name } = await this.json('v2', ServerMetadata, signal);
    if (!extensions.includes(binaryExtension)) {
      throw new PlusctError(
        'InvalidInput',
        `${name} at ${this.settings.url} does not have the extension ${binaryExtension}; volumes are too large for JSON`,
      );
    }
    await this.requireReady(signal);
    return this.json(this.modelPath, ModelMetadata, signal);
  }

  /** One inference. Throws `SchemaViolation` when another version of the model answers. */
  async infer(inputs: readonly Tensor[], output: string, signal: AbortSignal): Promise<Tensor> {
    const { body, headers } = encodeRequest(inputs, output);
    const response = await this.ask(`${this.modelPath}/infer`, { method: 'POST', body, headers }, signal);
    const bytes = await this.bodyOf(response, signal);
    const { tensor, modelVersion } = decodeAnswer(bytes, response.headers.get(headerLength), output);
    const { model, modelVersion: asked } = this.settings;
    if (modelVersion === undefined || modelVersion === asked) return tensor;
    throw new PlusctError(
      'SchemaViolation',
      `version ${modelVersion} of ${model} answered, version ${asked} was asked`,
    );
  }

  private get modelPath(): string {
    return `v2/models/${this.settings.model}/versions/${this.settings.modelVersion}`;
  }

  private async requireReady(signal: AbortSignal): Promise<void> {
    const response = await this.ask(`${this.modelPath}/ready`, {}, signal, { passRefusals: true });
    if (response.ok) return;
    const { model, modelVersion, url } = this.settings;
    throw new PlusctError(
      'EngineCrashed',
      `version ${modelVersion} of ${model} is not ready at ${url} (HTTP ${response.status})`,
    );
  }

  private async json<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<z.infer<Schema>> {
    const response = await this.ask(path, {}, signal);
    const text = new TextDecoder().decode(await this.bodyOf(response, signal));
    const parsed = schema.safeParse(JSON.parse(text.startsWith('{') ? text : 'null'));
    if (parsed.success) return parsed.data;
    throw new PlusctError(
      'SchemaViolation',
      `${this.settings.url}/${path} does not speak the Open Inference Protocol: ${text.slice(0, saidAtMost)}`,
    );
  }

  private async ask(
    path: string,
    init: RequestInit,
    signal: AbortSignal,
    { passRefusals = false } = {},
  ): Promise<Response> {
    const url = `${this.settings.url.replace(/\/+$/, '')}/${path}`;
    const authorization = this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
    const headers = { ...init.headers, ...authorization };
    const response = await this.reaching(signal, () =>
      fetch(url, { ...init, headers, signal, redirect: 'error' }),
    );
    if (response.ok || (passRefusals && refusals.has(response.status))) return response;
    const said = await response.text().catch(() => '');
    throw new PlusctError(
      refusals.has(response.status) ? 'InvalidInput' : 'EngineCrashed',
      `${url} answered HTTP ${response.status}: ${said.slice(0, saidAtMost)}`,
    );
  }

  private async bodyOf(response: Response, signal: AbortSignal): Promise<Uint8Array> {
    return new Uint8Array(await this.reaching(signal, () => response.arrayBuffer()));
  }

  private async reaching<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw new PlusctError('Cancelled', 'the inference was cancelled', { cause: error });
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new PlusctError('EngineCrashed', `${this.settings.url} cannot be reached: ${why}`, {
        cause: error,
      });
    }
  }
}
