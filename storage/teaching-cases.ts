import type { ObjectRef } from '../domain/primitives.js';
import { TeachingCases } from '../domain/teaching.js';
import { getContent, putContent } from './content.js';
import { canonicalJson, parseJson } from './json.js';
import type { ObjectStore } from './object-store.js';

/** Keeps a list of teaching cases as an object: long lists travel by their hash. */
export function putTeachingCases(store: ObjectStore, cases: TeachingCases): Promise<ObjectRef> {
  return putContent(store, new TextEncoder().encode(canonicalJson(TeachingCases.parse(cases))));
}

export async function readTeachingCases(store: ObjectStore, ref: ObjectRef): Promise<TeachingCases> {
  return parseJson(await getContent(store, ref), ref.key, TeachingCases);
}
