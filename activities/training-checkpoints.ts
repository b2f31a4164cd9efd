import { trainingCheckpointKey, trainingCheckpointsPrefix } from '../domain/keys.js';
import { ObjectRef } from '../domain/primitives.js';
import type { Checkpoints } from '../engines/engine.js';
import { getContent, putContent } from '../storage/content.js';
import { canonicalJson, requireJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';

/** Checkpoints of the training of one model, numbered from 1; a training that is started again goes on from the newest. */
export function checkpointsOf(store: ObjectStore, modelId: string): Checkpoints {
  const newestNumber = async () => {
    let newest = 0;
    for await (const key of store.list(trainingCheckpointsPrefix(modelId))) {
      newest = Math.max(newest, Number.parseInt(key.slice(key.lastIndexOf('/') + 1), 10));
    }
    return newest;
  };
  return {
    save: async (bytes) => {
      const record = new TextEncoder().encode(canonicalJson(await putContent(store, bytes)));
      // An attempt that was given up may still be saving: whoever comes second takes the next number.
      let number = (await newestNumber()) + 1;
      while (!(await store.putIfAbsent(trainingCheckpointKey(modelId, number), record))) number++;
    },
    newest: async () => {
      const number = await newestNumber();
      if (number === 0) return undefined;
      return getContent(store, await requireJson(store, trainingCheckpointKey(modelId, number), ObjectRef));
    },
  };
}
