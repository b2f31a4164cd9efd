import type { Finding } from './finding.js';
import { type FindingCode, findingCatalogue, findingCodes } from './finding-catalogue.js';

/** Codes that a submission may have and still be taken in, once its author says that they were seen, and why. */
export const acknowledgeable: readonly FindingCode[] = findingCodes.filter(
  (code) => code.startsWith('SUBMISSION_') && findingCatalogue[code].severity === 'flag',
);

/** What a submission's author says of it. */
export interface SubmissionWord {
  /** A senior's own refinement: the reason that it needs is the acknowledgement. */
  readonly kind: 'submit' | 'refine';
  readonly acknowledged: readonly string[];
  /** Empty where none was given. */
  readonly reason: string;
}

/** A submission that is not taken in, in words, and the findings that stand against it. */
export interface RefusedSubmission {
  readonly refused: string;
  readonly findings?: Finding[];
}

/**
 * What the findings mean for a submission: those that reject refuse it, flags do unless they are acknowledged with a reason.
 * What goes in with flags has them as remarks, so that they are on record.
 */
export function judgeSubmission(
  findings: readonly Finding[],
  word: SubmissionWord,
): RefusedSubmission | { remarks: string[] } {
  const rejected = findings.filter(({ severity }) => severity === 'reject');
  if (rejected.length > 0) return { refused: rejected.map(said).join('; '), findings: rejected };
  const flags = findings.filter(({ severity }) => severity === 'flag');
  const open = flags.filter(({ code }) => word.kind === 'submit' && !word.acknowledged.includes(code));
  if (open.length > 0) {
    const codes = [...new Set(open.map(({ code }) => code))].join(', ');
    return {
      refused: `${open.map(said).join('; ')}. Correct it, or acknowledge ${codes} and give a reason`,
      findings: open,
    };
  }
  if (flags.length > 0 && word.reason.trim() === '') {
    return {
      refused: `${flags.map(said).join('; ')}. This was acknowledged without a reason; give one`,
      findings: flags,
    };
  }
  return { remarks: findings.map(({ code, message }) => `${code}: ${message}`) };
}

function said({ code, message, suggestion }: Finding): string {
  return `${code}: ${message} – ${suggestion}`;
}
