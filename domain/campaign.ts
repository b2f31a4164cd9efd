import { z } from 'zod';
import { CaseSummary, Passport } from './case.js';
import { Decision } from './decision.js';
import { DoubleReads } from './double-read.js';
import { Finding } from './finding.js';
import { DevicePlan } from './hardware-class.js';
import { LabelSummary } from './label-version.js';
import { PatientPair } from './patients.js';
import { Person } from './person.js';
import { CampaignName, CollectionName, ObjectRef } from './primitives.js';
import { ReviewBudget } from './review-budget.js';
import { TaskPolicyChoice } from './task.js';
import { EngineSettings } from './training-set.js';

/** What one build of a plus dataset is asked to do. Written once; the same name means the same plan. */
export const CampaignPlan = z.object({
  campaign: CampaignName,
  collections: z.array(z.object({ collection: CollectionName, directory: z.string() })).min(1),
  /** Folder `{collection}/{caseId}.nii.gz` with all four organs: for evaluation and simulated people only. */
  referenceDirectory: z.string().optional(),
  refine: z.enum(['human', 'simulated']),
  engine: z.string(),
  /** What the engine is set to where it is not as the engine has it; see `Engine.settingsOf`. */
  engineSettings: EngineSettings.optional(),
  /** Which devices train and infer. */
  devices: DevicePlan.optional(),
  people: z.array(Person),
  /** How long people may take, where it is not as `domain/task-policy.ts` says. */
  taskPolicy: TaskPolicyChoice.optional(),
  /** Rank pre-labels by what is expected to be wrong with them; a review list needs it and brings it. */
  prioritise: z.boolean().optional(),
  /** Second reads, for agreement between people. */
  doubleReads: DoubleReads.optional(),
  /** Cases of one person, as a table of the user's says: no split parts them. */
  patients: z.array(PatientPair).optional(),
  /** Without it people look at every case; with it, at what fits into the hours, the worst first. */
  review: ReviewBudget.optional(),
  seed: z.number().int(),
  /** Cases in flight at once, people's queue included. */
  window: z.number().int().min(1).max(100),
});
export type CampaignPlan = z.infer<typeof CampaignPlan>;

/** A case that does not go on, and why. */
export const LeftOut = z.object({ collection: CollectionName, caseId: z.string(), finding: Finding });
export type LeftOut = z.infer<typeof LeftOut>;

/** What ingest of all collections and the decisions of people on it came to. */
export const Worklist = z.object({
  cases: z.array(CaseSummary),
  leftOut: z.array(LeftOut),
  /** The decisions that it was made under. */
  decisions: z.array(Decision).optional(),
});
export type Worklist = z.infer<typeof Worklist>;

/** All of a case's masks put together on its native grid. */
export const Assembly = z.object({
  /** Gzipped uint8 NIfTI under the image's own header: 1 liver, 2 kidney, 3 spleen, 4 pancreas. */
  labelMap: ObjectRef,
  labels: z.array(LabelSummary),
  findings: z.array(Finding),
});
export type Assembly = z.infer<typeof Assembly>;

/** The finished case. `absent` organs were attested by a person. */
export const CaseResult = Assembly.extend({
  collection: CollectionName,
  caseId: z.string(),
  absent: z.array(z.string()),
});
export type CaseResult = z.infer<typeof CaseResult>;

/** The finished dataset: equal inputs and decisions give equal bytes, whatever happened on the way. */
export const Dataset = z.object({
  campaign: CampaignName,
  cases: z.array(
    Passport.pick({ collection: true, caseId: true, licence: true, citation: true }).extend({
      image: ObjectRef,
      labelMap: ObjectRef,
      labels: z.array(LabelSummary),
      absent: z.array(z.string()),
      /** Who let the case in although ingest had held it back, and why. */
      acceptedBy: z.object({ by: z.string(), reason: z.string() }).optional(),
    }),
  ),
  leftOut: z.array(LeftOut),
});
export type Dataset = z.infer<typeof Dataset>;

/** One line of the table that ends a build. */
export const OrganScore = z.object({
  organ: z.string(),
  stage: z.enum(['pre-label', 'final']),
  /** `all`, or only labels that were not there at the source: those measure models and people. */
  of: z.enum(['all', 'made']),
  n: z.number().int(),
  undefinedCount: z.number().int(),
  dscMean: z.number().nullable(),
  dscSd: z.number().nullable(),
  nsdMean: z.number().nullable(),
  nsdSd: z.number().nullable(),
});
export type OrganScore = z.infer<typeof OrganScore>;

export const EvaluationSummary = z.object({
  evaluation: z.string(),
  contractSha256: z.string(),
  scores: z.array(OrganScore),
  /** Keys of what was written. */
  files: z.array(z.string()),
  missingReference: z.array(z.string()),
  /** Cases whose reference does not lie on the case's grid, with what differs. */
  mismatched: z.array(z.string()),
});
export type EvaluationSummary = z.infer<typeof EvaluationSummary>;
