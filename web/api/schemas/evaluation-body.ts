import { z } from 'zod';
import { EvaluationSummary } from '../../../domain/campaign.js';

export const EvaluationList = z.object({ evaluations: z.array(z.string()) });
export type EvaluationList = z.infer<typeof EvaluationList>;

/** A finished evaluation; `files` are fetched below its address, as `…/files/{name}`. */
export const EvaluationBody = EvaluationSummary;
export type EvaluationBody = z.infer<typeof EvaluationBody>;
