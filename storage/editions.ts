import type { z } from 'zod';
import { hashOf, publishJson, readJson } from './json.js';
import type { ObjectStore } from './object-store.js';

/** Objects that are written anew instead of changed: `{prefix}1.json`, `{prefix}2.json` and so on. */
export interface Editions<Schema extends z.ZodType> {
  readonly prefix: string;
  readonly keyOf: (edition: number) => string;
  readonly schema: Schema;
}

/** The newest edition; undefined when there is none. */
export async function readNewest<Schema extends z.ZodType>(
  store: ObjectStore,
  editions: Editions<Schema>,
): Promise<z.infer<Schema> | undefined> {
  const newest = await newestNumber(store, editions.prefix);
  return newest === 0 ? undefined : readJson(store, editions.keyOf(newest), editions.schema);
}

/** Writes a further edition, unless the newest says the same. */
export async function publishEdition<Schema extends z.ZodType>(
  store: ObjectStore,
  editions: Editions<Schema>,
  value: z.infer<Schema>,
): Promise<void> {
  const newest = await newestNumber(store, editions.prefix);
  const known = newest === 0 ? undefined : await readJson(store, editions.keyOf(newest), editions.schema);
  const checked = editions.schema.parse(value);
  if (known !== undefined && hashOf(known) === hashOf(checked)) return;
  await publishJson(store, editions.keyOf(newest + 1), checked);
}

async function newestNumber(store: ObjectStore, prefix: string): Promise<number> {
  let newest = 0;
  for await (const key of store.list(prefix)) {
    const [, edition] = /^(\d+)\.json$/.exec(key.slice(prefix.length)) ?? [];
    newest = Math.max(newest, Number(edition ?? 0));
  }
  return newest;
}
