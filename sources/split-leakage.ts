import type { SameScan } from '../domain/same-scan.js';
import { type LabelSketch, labelsMayBeSame } from '../imaging/mask-copies.js';
import { mayBeSame, type ReadSketch } from './scan-sketch.js';

/** A file of a split, as little of it as it takes to see whom it cannot equal. */
export type SplitFile = { readonly path: string; readonly sha256: string } & (
  | { readonly kind: 'ct'; readonly sketch: ReadSketch }
  | { readonly kind: 'labels'; readonly sketch: LabelSketch }
);

/** Two files of different folders that may show one scan. */
export interface LeakCandidate {
  readonly train: string;
  readonly test: string;
  readonly kind: SplitFile['kind'];
  /** Set where the bytes are equal: nothing is left to compare. */
  readonly same?: SameScan;
}

/** What was compared with what, by pairs. A CT is compared with CTs, a label map with label maps. */
export interface LeakSearch {
  readonly candidates: LeakCandidate[];
  readonly scanPairs: number;
  readonly labelPairs: number;
}

/** Every file of the one folder against every file of the other. `onFile` is called after each file of `test`. */
export function leakCandidates(
  train: readonly SplitFile[],
  test: readonly SplitFile[],
  onFile: (done: number) => void = () => undefined,
): LeakSearch {
  const candidates: LeakCandidate[] = [];
  const compared = { ct: 0, labels: 0 };
  test.forEach((theirs, n) => {
    const couldBe = couldBeOne(theirs);
    for (const ours of train) {
      if (ours.kind !== theirs.kind) continue;
      compared[ours.kind] += 1;
      const paths = { train: ours.path, test: theirs.path, kind: ours.kind };
      if (ours.sha256 === theirs.sha256) candidates.push({ ...paths, same: { kind: 'same-file' } });
      else if (couldBe(ours)) candidates.push(paths);
    }
    onFile(n + 1);
  });
  return { candidates, scanPairs: compared.ct, labelPairs: compared.labels };
}

function couldBeOne(one: SplitFile): (other: SplitFile) => boolean {
  if (one.kind === 'labels')
    return (other) => other.kind === 'labels' && labelsMayBeSame(other.sketch, one.sketch);
  const scanMayBe = mayBeSame(one.sketch);
  return (other) => other.kind === 'ct' && scanMayBe(other.sketch);
}
