import type { Finding } from '../../domain/finding.js';
import type { Organ } from '../../domain/organ.js';
import { type CoarseBody, coarseBody } from '../../imaging/coarse-body.js';
import { type Components, findComponents } from '../../imaging/components.js';
import { type Box, maskBox } from '../../imaging/mask-box.js';
import type { CtVolume } from '../../imaging/volume.js';
import type { SourceAdapter } from '../adapter.js';
import type { MergedLabel, MergedOrgan } from '../label-merge.js';

/** What a check of an image looks at. */
export interface ImageContext {
  readonly image: CtVolume;
  readonly adapter: SourceAdapter;
  /** The image's file, or the folder of its series. */
  readonly where: string;
}

/** What a case's label is held to. */
export interface LabelRules extends Pick<SourceAdapter, 'organLabels' | 'organHu'> {
  /** Organs that this patient is known not to have. */
  readonly absent?: readonly Organ[];
}

/** What a check of a label map as a whole looks at. */
export interface ValuesContext {
  readonly label: MergedLabel;
  readonly rules: LabelRules;
  /** The label's file. */
  readonly where: string;
}

/** What a check of one labelled organ looks at; mask and image have one shape and index order. */
export interface OrganContext extends MergedOrgan {
  readonly image: CtVolume;
  readonly rules: LabelRules;
  /** The label's file. */
  readonly where: string;
  /** Facts that several checks share, found when the first of them asks. */
  box(): Box | undefined;
  parts(): Components;
  body(): CoarseBody | undefined;
}

/** A check reads its context and says what it finds; it changes nothing and knows no other check. */
export type ImageCheck = (context: ImageContext) => Finding[];
export type ValuesCheck = (context: ValuesContext) => Finding[];
export type OrganCheck = (context: OrganContext) => Finding[];

/** The context of an organ's checks. */
export function organContext(
  organ: MergedOrgan,
  context: Pick<OrganContext, 'image' | 'rules' | 'where'>,
): OrganContext {
  const { image } = context;
  const { shape } = image.geometry;
  return {
    ...context,
    ...organ,
    box: once(() => maskBox(organ.mask, shape)),
    parts: once(() => findComponents(organ.mask, shape)),
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
