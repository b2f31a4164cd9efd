import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Organ } from '../domain/organ.js';
import { organValue } from '../domain/organ.js';
import type { TrainingCase } from '../engines/engine.js';
import { readLabelMap } from '../imaging/nifti.js';
import type { CtVolume, Mask } from '../imaging/volume.js';
import { readCaseFiles } from '../sources/case-files.js';
import { ingestCase } from '../sources/ingest-case.js';
import { findCollections } from '../sources/listing.js';
import { adapterFor } from '../sources/registry.js';

/** One scan of a set: what its source labels, and all that there is in it. */
export interface GpuCase {
  readonly id: string;
  readonly image: CtVolume;
  readonly source: ReadonlyMap<Organ, Mask>;
  /** All four organs, where the set has a reference of the scan on its own grid. */
  readonly reference: Uint8Array | undefined;
}

/** Every case of the collections in a folder that can be read; `reference` lies beside them. */
export async function gpuCases(directory: string): Promise<GpuCase[]> {
  const cases: GpuCase[] = [];
  for (const { collection, directory: folder } of await findCollections(directory)) {
    const adapter = adapterFor(collection);
    for (const listed of (await adapter.list(folder)).cases) {
      const files = [...readCaseFiles(folder, listed)].map(([path, { bytes }]) => [path, bytes] as const);
      const { image, organMasks } = ingestCase(listed, new Map(files), adapter);
      if (image === undefined) continue;
      cases.push({
        id: `${collection}/${listed.caseId}`,
        image,
        source: new Map(organMasks.map(({ organ, mask }) => [organ, mask])),
        reference: referenceOf(join(directory, 'reference', collection, `${listed.caseId}.nii.gz`), image),
      });
    }
  }
  return cases;
}

function referenceOf(path: string, image: CtVolume): Uint8Array | undefined {
  if (!existsSync(path)) return undefined;
  const { values, geometry } = readLabelMap(readFileSync(path), path);
  if (geometry.shape.join() !== image.geometry.shape.join()) return undefined;
  return Uint8Array.from(values);
}

/** The cases whose source labels the organ, as an engine is given them. */
export function trainingOf(cases: readonly GpuCase[], organ: Organ): TrainingCase[] {
  return cases.flatMap(({ id, image, source }) => {
    const mask = source.get(organ);
    if (mask === undefined) return [];
    return [{ id, load: async () => ({ image, labels: mask.map((inside) => inside * organValue[organ]) }) }];
  });
}

/** Cases that the organ's model has not seen, and that have a reference with the organ in it. */
export function unseenBy(cases: readonly GpuCase[], organ: Organ): GpuCase[] {
  return cases.filter(
    ({ source, reference }) => !source.has(organ) && reference?.includes(organValue[organ]) === true,
  );
}
