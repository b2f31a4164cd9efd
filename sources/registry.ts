import type { Collection } from '../domain/collection.js';
import { abdomenCt1k } from './abdomenct-1k.js';
import type { SourceAdapter } from './adapter.js';
import { kits19 } from './kits19.js';
import { lits } from './lits.js';
import { msdPancreas, msdSpleen } from './msd.js';
import { nihPancreas } from './nih-pancreas.js';
import { nnunet } from './nnunet.js';

const adapters: Readonly<Record<Collection, SourceAdapter>> = {
  lits,
  kits19,
  'msd-spleen': msdSpleen,
  'msd-pancreas': msdPancreas,
  'nih-pancreas': nihPancreas,
  'abdomenct-1k': abdomenCt1k,
  nnunet,
};

/** The adapter of a collection. */
export function adapterFor(collection: Collection): SourceAdapter {
  return adapters[collection];
}
