import { caseName } from '../domain/case-name.js';
import { type CaseAddress, predictionKey } from '../domain/keys.js';
import { Prediction } from '../domain/prediction.js';
import type { RunContext } from '../engines/engine.js';
import { readCt } from '../imaging/nifti.js';
import { withGeometry } from '../imaging/volume.js';
import { getContent, putContent } from '../storage/content.js';
import { hashOf, publishFirst, readJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import type { Device } from './device.js';
import { loadPassport, nativeHeader } from './label-store.js';
import type { VolumeWork } from './volume-work.js';

/** What inference takes of its worker. */
export interface Inferrer {
  readonly store: ObjectStore;
  readonly work: VolumeWork;
  readonly device: Pick<Device, 'model'>;
}

/** What the model says of a case's image: looked up where somebody has asked before, else inferred and kept. */
export async function predictOnce(
  { store, work, device }: Inferrer,
  at: CaseAddress,
  modelId: string,
  context: RunContext,
): Promise<Prediction> {
  const passport = await loadPassport(store, at);
  const { image, geometry } = passport;
  const key = predictionKey(modelId, hashOf({ image: image!.sha256, geometry }));
  const known = await readJson(store, key, Prediction);
  if (known !== undefined) return known;
  const model = await device.model(modelId, at);
  const scan = withGeometry(readCt(await getContent(store, image!), caseName(at)), geometry!);
  const { labels, doubts } = await model.judge(scan, context);
  const bytes = await work.packLabels({ header: nativeHeader(passport), labels });
  return publishFirst(store, key, Prediction, {
    modelId,
    imageSha256: image!.sha256,
    organs: [...model.organs],
    labelMap: await putContent(store, bytes),
    doubts,
  });
}
