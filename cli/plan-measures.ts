import type { CampaignPlan } from '../domain/campaign.js';
import type { DoubleReads } from '../domain/double-read.js';
import { CollectionName, OrganName } from '../domain/primitives.js';
import { positiveNumber, shareOfOne, WrongOption } from './wrong-option.js';

/** Options of `plusct build` for what is measured of people and pre-labels. */
export interface MeasureOptions {
  readonly prioritise?: boolean;
  readonly doubleReads?: string;
  readonly reviewHours?: string;
  readonly auditShare?: string;
}

/** What these options add to a plan; nothing where none was given. Throws `InvalidInput`, naming the option. */
export function planMeasures(
  options: MeasureOptions,
): Pick<CampaignPlan, 'prioritise' | 'doubleReads' | 'review'> {
  const { prioritise, doubleReads, reviewHours, auditShare = '0.05' } = options;
  return {
    ...(prioritise ? { prioritise } : {}),
    ...(doubleReads === undefined ? {} : { doubleReads: doubleReadsOf(doubleReads) }),
    ...(reviewHours === undefined
      ? {}
      : {
          review: {
            budgetHours: positiveNumber('--review-hours', reviewHours),
            auditShare: shareOfOne('--audit-share', auditShare),
          },
        }),
  };
}

/** `0.05,pancreas=0.1,lits=0.2,lits/liver=0`: one share for all, and exceptions, of which the first that fits counts. */
export function doubleReadsOf(text: string): DoubleReads {
  let share: number | undefined;
  const exceptions: NonNullable<DoubleReads['exceptions']> = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    const [name = '', value] = part.includes('=') ? part.split('=') : ['', part];
    const amount = shareOfOne('--double-reads', value ?? '');
    if (name === '') share = amount;
    else exceptions.push({ ...placeOf(name), share: amount });
  }
  return { share: share ?? 0, ...(exceptions.length === 0 ? {} : { exceptions }) };
}

function placeOf(name: string): Omit<NonNullable<DoubleReads['exceptions']>[number], 'share'> {
  const place: { collection?: CollectionNames; organ?: OrganNames } = {};
  for (const word of name.split('/')) {
    const [collection, organ] = [CollectionName.safeParse(word), OrganName.safeParse(word)];
    if (collection.success) place.collection = collection.data;
    else if (organ.success) place.organ = organ.data;
    else {
      throw new WrongOption(
        `--double-reads: '${word}' is neither a collection nor an organ; write pancreas=0.1 or lits/liver=0`,
      );
    }
  }
  return place;
}
type CollectionNames = ReturnType<typeof CollectionName.parse>;
type OrganNames = ReturnType<typeof OrganName.parse>;
