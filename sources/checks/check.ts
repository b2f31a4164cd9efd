import { collectionFacts } from '../../domain/collection.js';
import type { Finding } from '../../domain/finding.js';
import type { Organ } from '../../domain/organ.js';
import { type CoarseBody, coarseBody } from '../../imaging/coarse-body.js';
import { type Components, findComponents } from '../../imaging/components.js';
import { type Box, maskBox } from '../../imaging/mask-box.js';
import type { CtVolume } from '../../imaging/volume.js';
import type { SourceAdapter } from '../adapter.js';
import type { MergedLabel } from '../label-merge.js';

/** What a check of an image looks at. */
export interface ImageContext {
  readonly image: CtVolume;
  readonly adapter: SourceAdapter;
  /** The image's file, or the folder of its series. */
  readonly where: string;
}

/** What a check of a merged label looks at; label and image have one shape and index order. */
export interface LabelContext {
  readonly image: CtVolume;
  readonly adapter: SourceAdapter;
  /** The label's file. */
  readonly where: string;
  readonly label: MergedLabel;
  readonly organ: Organ;
  /** Facts that several checks share, found when the first of them asks. */
  box(): Box | undefined;
  parts(): Components;
  body(): CoarseBody | undefined;
}

/** A check reads its context and says what it finds; it changes nothing and knows no other check. */
export type ImageCheck = (context: ImageContext) => Finding[];
export type LabelCheck = (context: LabelContext) => Finding[];

/** The context of a label's checks. */
export function labelContext(label: MergedLabel, { image, adapter, where }: ImageContext): LabelContext {
  const { shape } = image.geometry;
  return {
    image,
    adapter,
    where,
    label,
    organ: collectionFacts[adapter.collection].organ,
    box: once(() => maskBox(label.mask, shape)),
    parts: once(() => findComponents(label.mask, shape)),
    body: once(() => coarseBody(image)),
  };
}

/** A part of a whole, for people. */
export function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
