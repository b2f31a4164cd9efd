import { LabelSummary } from './label-version.js';
import { ObjectRef } from './primitives.js';

/** What a value names in the object store. */
export interface NamedObjects {
  /** Hashes of content: uploads, drafts, label maps. */
  readonly contents: ReadonlySet<string>;
  readonly labels: readonly LabelSummary[];
}

const contentKey = /\/objects\/sha256\/([0-9a-f]{64})$/;

/** Looks through a value of any shape for references to content, by object or by key, and for label versions. */
export function namedObjects(value: unknown): NamedObjects {
  const contents = new Set<string>();
  const labels = new Map<string, LabelSummary>();
  const visit = (inner: unknown): void => {
    if (typeof inner === 'string') {
      const [, hash] = contentKey.exec(inner) ?? [];
      if (hash !== undefined) contents.add(hash);
    }
    if (typeof inner !== 'object' || inner === null) return;
    if ('sha256' in inner && 'bytes' in inner) {
      const ref = ObjectRef.safeParse(inner);
      if (ref.success) contents.add(ref.data.sha256);
    }
    if ('voxelSha256' in inner && 'version' in inner) {
      const label = LabelSummary.safeParse(inner);
      if (label.success) labels.set(`${label.data.organ}/${label.data.version}`, label.data);
    }
    for (const each of Object.values(inner)) visit(each);
  };
  visit(value);
  return { contents, labels: [...labels.values()] };
}
