import { z } from 'zod';
import { Passport } from '../../../domain/case.js';
import { Finding } from '../../../domain/finding.js';
import { LabelOrigin, LabelVersion } from '../../../domain/label-version.js';
import { CaseId, CollectionName, OrganName } from '../../../domain/primitives.js';
import { nextCursor } from './address.js';
import { TaskEntry } from './task-body.js';

/** How one organ of a case came to be labelled. */
export const OrganBody = z.object({
  organ: OrganName,
  origin: z.union([LabelOrigin, z.enum(['absent', 'none'])]),
  label: z.string().optional(),
  author: z.string().optional(),
  model: z.string().optional(),
  editors: z.array(z.string()),
  simulated: z.boolean(),
  licence: z.string().optional(),
  voxels: z.number().int().optional(),
  volumeMl: z.number().optional(),
  reason: z.string().optional(),
});
export type OrganBody = z.infer<typeof OrganBody>;

/** A case in a list. */
export const CaseLine = z.object({
  name: z.string(),
  collection: CollectionName,
  caseId: CaseId,
  status: z.enum(['accepted', 'quarantined', 'excluded']),
  stage: z.enum(['ingested', 'pre-labelled', 'in refinement', 'finished']),
  licence: z.string(),
  organs: z.array(OrganBody),
  findings: z.array(Finding.pick({ code: true, severity: true })),
});
export type CaseLine = z.infer<typeof CaseLine>;

export const CasesPage = z.object({
  cases: z.array(CaseLine),
  total: z.number().int(),
  next: nextCursor,
});
export type CasesPage = z.infer<typeof CasesPage>;

/** A case as a whole: its passport, its tasks, every version of its labels that anybody may see who asks. */
export const CaseBody = CaseLine.omit({ findings: true }).extend({
  passport: Passport.omit({ nativeHeader: true }),
  findings: z.array(Finding),
  tasks: z.array(TaskEntry),
  /** Newest first where that is known: the lineage of what counts now, then the others. */
  versions: z.array(LabelVersion),
});
export type CaseBody = z.infer<typeof CaseBody>;
