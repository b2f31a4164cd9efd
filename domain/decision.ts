import { z } from 'zod';
import type { AuditRecord } from './audit.js';
import type { LeftOut } from './campaign.js';
import type { Passport } from './case.js';
import { caseStatusOf, type Finding, finding } from './finding.js';
import { organs } from './organ.js';
import { CaseId, CollectionName } from './primitives.js';

/** What a person decided on a case that ingest held back, or that should not be in the dataset after all. */
export const Decision = z.object({
  collection: CollectionName,
  caseId: CaseId,
  verdict: z.enum(['accept', 'exclude']),
  /** Accept the image only: the organ is labelled anew. */
  withoutLabel: z.boolean(),
  by: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
});
export type Decision = z.infer<typeof Decision>;

/** Newest decisions by case, `{collection}/{caseId}`. */
export type Decisions = ReadonlyMap<string, Decision>;

/** How a decision is told apart in an audit record. */
export const labelDetail = { used: 'used', leftOut: 'left out' } as const;

/** The decision that a record of a case's decisions holds. */
export function decisionOf(record: AuditRecord): Decision {
  const [, collection, caseId] = record.entity.split('/');
  return Decision.parse({
    collection,
    caseId,
    verdict: record.action,
    withoutLabel: record.details?.label === labelDetail.leftOut,
    by: record.actor,
    reason: record.why,
    at: record.at,
  });
}

/**
 * Why a decision cannot be taken; undefined when it can. `found` are all findings of the case, those of the campaign
 * included. What cannot be read stays out whatever anybody says.
 */
export function decisionRefusal(
  asked: Pick<Decision, 'verdict'>,
  passport: Pick<Passport, 'image'>,
  found: readonly Finding[],
  before: Decision | undefined,
): string | undefined {
  const status = caseStatusOf(found);
  const worst = found.find((each) => each.severity === (status === 'excluded' ? 'exclude' : 'reject'));
  if (status === 'excluded') return `it is left out already: ${worst?.message}`;
  if (asked.verdict === 'exclude') {
    return before?.verdict === 'exclude' ? `${before.by} excluded it already: ${before.reason}` : undefined;
  }
  if (worst !== undefined) return `it cannot be read (${worst.code}): ${worst.message}. ${remedy}`;
  if (passport.image === undefined) return `none of its images can be read. ${remedy}`;
  if (before?.verdict === 'exclude') return undefined;
  return status === 'accepted' ? 'it is not held back; there is nothing to accept' : undefined;
}

const remedy = 'Mend the files and build a new campaign with them, or exclude the case';

/** A passport as the campaign sees it after a decision. The stored one stays as it was written. */
export function decidedPassport(passport: Passport, decision: Decision | undefined): Passport {
  if (decision === undefined || passport.status === 'excluded') return passport;
  if (decision.verdict === 'exclude') {
    return { ...passport, status: 'excluded', findings: [excludedFinding(decision), ...passport.findings] };
  }
  const label = decision.withoutLabel ? { sourceLabels: [], missingOrgans: [...organs] } : {};
  return { ...passport, status: 'accepted', ...label };
}

/** How a case is listed that a person took out. */
export function excludedCase(decision: Decision): LeftOut {
  const { collection, caseId } = decision;
  return { collection, caseId, finding: excludedFinding(decision) };
}

function excludedFinding({ collection, caseId, by, reason }: Decision): Finding {
  return finding('EXCLUDED_BY_OPERATOR', {
    where: `${collection}/${caseId}`,
    field: 'by',
    value: by,
    message: `${by} excluded it: ${reason}`,
    suggestion: 'nothing to do; `plusct findings accept` takes it back',
  });
}
