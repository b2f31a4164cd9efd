import { z } from 'zod';
import { type FindingCode, findingCatalogue, findingCodes, severities } from './finding-catalogue.js';

/** Something wrong with data: a value that is stored and listed, never an exception. */
export const Finding = z.object({
  code: z.enum(findingCodes),
  severity: z.enum(severities),
  /** File (relative to the collection) or object key. */
  where: z.string(),
  /** Header field, tag or organ, where one is to blame. */
  field: z.string().optional(),
  /** What was found there, as text. */
  value: z.string().optional(),
  message: z.string(),
  /** What a person can do about it. */
  suggestion: z.string(),
});
export type Finding = z.infer<typeof Finding>;

type Details = Pick<Finding, 'where' | 'message' | 'suggestion'> & { field?: string; value?: string };

/** A finding whose severity is the catalogue's. */
export function finding(code: FindingCode, details: Details): Finding {
  return { code, severity: findingCatalogue[code].severity, ...details };
}

/** What the worst of a case's findings means for the case. */
export function caseStatusOf(findings: readonly Finding[]): 'accepted' | 'quarantined' | 'excluded' {
  const worst = new Set(findings.map((each) => each.severity));
  if (worst.has('exclude')) return 'excluded';
  return worst.has('reject') || worst.has('quarantine') ? 'quarantined' : 'accepted';
}
