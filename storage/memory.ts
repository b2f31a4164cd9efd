import type { ObjectStore } from './object-store.js';

/** An object store in memory, for tests of what needs a store but no server. */
export function memoryStore(): ObjectStore {
  const objects = new Map<string, Uint8Array>();
  return {
    get: async (key) => objects.get(key)?.slice(),
    has: async (key) => objects.has(key),
    put: async (key, bytes) => void objects.set(key, bytes.slice()),
    putIfAbsent: async (key, bytes) => {
      if (objects.has(key)) return false;
      objects.set(key, bytes.slice());
      return true;
    },
    folders: async (prefix) => {
      const below = [...objects.keys()].filter(
        (key) => key.startsWith(prefix) && key.includes('/', prefix.length),
      );
      return [...new Set(below.map((key) => key.slice(prefix.length).split('/')[0]!))].sort();
    },
    list: async function* (prefix, after = '') {
      yield* [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    },
  };
}
