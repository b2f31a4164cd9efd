import type { Collection } from '../domain/collection.js';
import { abdomenCt1k } from './abdomenct-1k.js';
import type { SourceAdapter } from './adapter.js';
import { withChecksums } from './checksums.js';
import { withOriginalScans } from './ircadb.js';
import { kits19 } from './kits19.js';
import { lits } from './lits.js';
import { msdPancreas, msdSpleen } from './msd.js';
import { nihPancreas } from './nih-pancreas.js';
import { nnunet } from './nnunet.js';
import { withTrueSpacings } from './true-spacing.js';

const adapters: Readonly<Record<Collection, SourceAdapter>> = {
  lits,
  kits19,
  'msd-spleen': msdSpleen,
  'msd-pancreas': msdPancreas,
  'nih-pancreas': nihPancreas,
  'abdomenct-1k': abdomenCt1k,
  nnunet,
};

/** The adapter of a collection. Checksums and true spacings (a table, or the original scans) in its folder count for each. */
export function adapterFor(collection: Collection): SourceAdapter {
  const adapter = adapters[collection];
  const list: SourceAdapter['list'] = async (directory) => {
    const listed = await withChecksums(directory, await adapter.list(directory));
    return withTrueSpacings(directory, await withOriginalScans(directory, listed, adapter));
  };
  return { ...adapter, list };
}
