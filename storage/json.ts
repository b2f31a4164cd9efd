import type { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import { sha256 } from './hash.js';
import type { ObjectStore } from './object-store.js';

/** JSON with sorted object keys: equal values have equal bytes. Ends with a newline. */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(value, (_key, inner: unknown) => sorted(inner), 1)}\n`;
}

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Hash of a value that does not depend on the order of its keys. */
export function hashOf(value: unknown): string {
  return sha256(canonicalJson(value));
}

/** Reads and checks a JSON object; undefined when there is none. A wrong shape is a `SchemaViolation`. */
export async function readJson<Schema extends z.ZodType>(
  store: ObjectStore,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const bytes = await store.get(key);
  return bytes === undefined ? undefined : parseJson(bytes, key, schema);
}

/** As `readJson`, but the object has to be there. */
export async function requireJson<Schema extends z.ZodType>(
  store: ObjectStore,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const value = await readJson(store, key, schema);
  if (value === undefined) {
    throw new PlusctError(
      'InvalidInput',
      `${key} is not in the object store; the step that writes it has not run`,
    );
  }
  return value;
}

/** Reads JSON bytes under a schema; `key` names them in what is thrown. */
export function parseJson<Schema extends z.ZodType>(
  bytes: Uint8Array,
  key: string,
  schema: Schema,
): z.infer<Schema> {
  const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new PlusctError('SchemaViolation', `${key}: field ${issue.path.join('.')}: ${issue.message}`);
}

/**
 * Writes an object once. Writing the same bytes again is success, so that every step may run twice;
 * other bytes under the same key are a `ConflictingResult`.
 */
export async function publish(store: ObjectStore, key: string, bytes: Uint8Array): Promise<void> {
  if (await store.putIfAbsent(key, bytes)) return;
  const there = await store.get(key);
  if (there !== undefined && sha256(there) === sha256(bytes)) return;
  throw new PlusctError(
    'ConflictingResult',
    `${key} already holds other bytes. Results are never overwritten: use a new campaign name for new input.`,
  );
}

/** Writes a value unless there is one under the key, and gives back the one that is there now: of several the first counts. */
export async function publishFirst<Schema extends z.ZodType>(
  store: ObjectStore,
  key: string,
  schema: Schema,
  value: z.infer<Schema>,
): Promise<z.infer<Schema>> {
  const checked = schema.parse(value);
  await store.putIfAbsent(key, new TextEncoder().encode(canonicalJson(checked)));
  return requireJson(store, key, schema);
}

/** `publish` of a value as canonical JSON. */
export function publishJson(store: ObjectStore, key: string, value: unknown): Promise<void> {
  return publish(store, key, new TextEncoder().encode(canonicalJson(value)));
}
