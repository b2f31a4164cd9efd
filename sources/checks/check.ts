import type { Finding } from '../../domain/finding.js';
import type { Organ } from '../../domain/organ.js';
import { type CoarseBody, coarseBody } from '../../imaging/coarse-body.js';
import { type Components, findComponents } from '../../imaging/components.js';
import { type Box, boxSize, cropMask, maskBox, type Triple } from '../../imaging/mask-box.js';
import type { CtVolume, Mask } from '../../imaging/volume.js';
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
  /** The label cut to its box. */
  crop(): Crop | undefined;
  parts(): Components | undefined;
  body(): CoarseBody | undefined;
}

/** A mask in index order and how many voxels it has along each axis. */
export interface Crop {
  readonly mask: Mask;
  readonly shape: Triple;
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
  const box = once(() => maskBox(organ.mask, shape));
  const crop = once(() => {
    const found = box();
    return found && { mask: cropMask(organ.mask, shape, found), shape: boxSize(found) };
  });
  const parts = once(() => {
    const cut = crop();
    return cut && findComponents(cut.mask, cut.shape);
  });
  return { ...context, ...organ, box, crop, parts, body: once(() => coarseBody(image)) };
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
