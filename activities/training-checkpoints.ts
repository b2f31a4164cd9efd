import { trainingCheckpointKey, trainingCheckpointsPrefix } from '../domain/keys.js';
import { ObjectRef } from '../domain/primitives.js';
import type { Checkpoints } from '../engines/engine.js';
import { getContent, putContent } from '../storage/content.js';
import { publishJson, requireJson } from '../storage/json.js';
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
      const ref = await putContent(store, bytes);
      await publishJson(store, trainingCheckpointKey(modelId, (await newestNumber()) + 1), ref);
    },
    newest: async () => {
      const number = await newestNumber();
      if (number === 0) return undefined;
      return getContent(store, await requireJson(store, trainingCheckpointKey(modelId, number), ObjectRef));
    },
  };
}
