import { z } from 'zod';
import { effortGroupings } from '../../../domain/effort.js';
import { OrganName } from '../../../domain/primitives.js';

const minutes = z.number().nonnegative();
const count = z.number().int().nonnegative();

export const EffortQuery = z.object({ by: z.enum(effortGroupings).default('person') });
export const EffortLine = z.object({
  name: z.string(),
  tasks: count,
  activeMinutes: minutes,
  minutesByOrgan: z.record(z.string(), minutes.optional()),
  changedVoxels: count,
  submissions: count,
  returns: count,
  proposals: count,
  acceptedAsIs: count,
});
export type EffortLine = z.infer<typeof EffortLine>;

/** Active minutes of people, and the hours that are left with an interval of nine in ten draws. */
export const EffortBody = z.object({
  by: z.enum(effortGroupings),
  rows: z.array(EffortLine),
  total: EffortLine,
  /** Cases that went on, by day in UTC; days without any are left out. */
  days: z.array(z.object({ day: z.iso.date(), submitted: count, certified: count, verified: count })),
  forecast: z
    .looseObject({ hours: z.number(), low: z.number(), high: z.number(), remaining: z.number() })
    .nullable(),
});
export type EffortBody = z.infer<typeof EffortBody>;

const pair = z.tuple([z.number(), z.number()]);
const described = z.looseObject({ mean: z.number().nullable(), meanCi95: pair.readonly().nullable() });
const interval = z.looseObject({ value: z.number(), low: z.number(), high: z.number() });

/** One organ, in one collection or (without) in all together, beside the published band. */
export const AgreementLine = z.looseObject({
  organ: z.string(),
  collection: z.string().optional(),
  pairs: count,
  dsc: described,
  nsd: described,
  verdict: z.string(),
  band: z.looseObject({ what: z.string(), dsc: pair.readonly() }).optional(),
});
export type AgreementLine = z.infer<typeof AgreementLine>;

/** Agreement of double reads and the recall of the review list, as `plusct agreement --json` prints them. */
export const AgreementBody = z.looseObject({
  campaign: z.string(),
  planned: z.object({ cases: count, organs: count }),
  rows: z.array(AgreementLine),
  recall: z.looseObject({ recall: interval.optional(), method: z.string() }).optional(),
});
export type AgreementBody = z.infer<typeof AgreementBody>;

/** Cases, hours, return rate and agreement of everybody, as `plusct people figures --json` prints them. */
export const PersonFiguresBody = z.looseObject({
  person: z.string(),
  hours: z.number().optional(),
  returnRate: z.number().optional(),
  agreement: z.looseObject({ dsc: z.number(), organs: count }).optional(),
});
export type PersonFiguresBody = z.infer<typeof PersonFiguresBody>;
export const PeopleFigures = z.object({ figures: z.array(PersonFiguresBody) });
export type PeopleFigures = z.infer<typeof PeopleFigures>;

const version = z.string().regex(/^[a-z]+-[0-9a-f]{12}$/, 'expected the name of a label version');
export const DiffQuery = z.object({ organ: OrganName, from: version, to: version });

/** What lies between two versions of one organ; volumes in ml, NSD at 1 mm. A figure that has no value says why. */
const figure = z.union([z.number(), z.looseObject({ undefined: z.string() })]);
export const DiffBody = z.looseObject({
  organ: OrganName,
  movedMl: z.number().optional(),
  dsc: figure,
  nsd: figure.optional(),
});
export type DiffBody = z.infer<typeof DiffBody>;
