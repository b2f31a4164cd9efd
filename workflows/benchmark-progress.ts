import { defineQuery } from '@temporalio/workflow';
import { queries } from '../domain/workflow-ids.js';

/** How far a stage of a run is. */
export interface BenchmarkProgress {
  readonly stage: 'training' | 'ranking' | 'tests' | 'report' | 'done';
  readonly done: number;
  readonly total: number;
}

export const progress = defineQuery<BenchmarkProgress>(queries.progress);
