import { ProblemBody } from './problem-body.js';

/** What every route may answer instead of success, for the OpenAPI document. */
export const problems = { '4xx': ProblemBody, '5xx': ProblemBody } as const;
