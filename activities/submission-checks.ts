import type { Passport } from '../domain/case.js';
import type { Organ } from '../domain/organ.js';
import { judgeSubmission, type RefusedSubmission } from '../domain/submission-judgement.js';
import { findingOf } from '../domain/upload-verdict.js';
import { getContent } from '../storage/content.js';
import { acceptedVolumes } from './accepted-volumes.js';
import type { Dependencies } from './dependencies.js';
import { nativeHeader } from './label-store.js';
import type { Submission } from './refinement.js';
import { readUpload } from './upload-gate.js';
import type { MaskPart } from './volume-work.js';

/** A submission that may be taken in. */
export interface CheckedSubmission {
  /** The mask as plusct writes it: gzipped uint8 NIfTI under the image's header. */
  readonly labelMap: Uint8Array;
  /** Findings that were acknowledged. */
  readonly remarks: string[];
  readonly changedVoxels: Partial<Record<Organ, number>>;
}

/**
 * Reads an upload behind the gate and holds it against the labels that the task has: a whole scan takes a few seconds.
 * What rejects refuses; flags need to be acknowledged with a reason.
 */
export async function checkSubmission(
  { store, work }: Pick<Dependencies, 'store' | 'work'>,
  submission: Submission,
  passport: Passport,
  parts: readonly MaskPart[],
): Promise<RefusedSubmission | CheckedSubmission> {
  const { at, upload, kind = 'submit', acknowledged = [], absent = [], askedFor } = submission;
  const read = await readUpload(await getContent(store, upload), nativeHeader(passport));
  if (!read.accepted) {
    const refused = `${read.code}: ${read.message} – ${read.remedy}`;
    return { refused, findings: [findingOf(read, upload.key)] };
  }
  const { labelMap } = read;
  const checked = await work.checkMask({
    labelMap,
    parts,
    geometry: passport.geometry!,
    absent,
    acceptedMl: await acceptedVolumes(store, at),
    ...(askedFor === undefined ? {} : { askedFor }),
  });
  const findings = [...read.findings, ...checked.findings];
  // The workflow names the command where no reason was given.
  const reason = submission.reason === kind ? '' : submission.reason;
  const judged = judgeSubmission(findings, { kind, acknowledged, reason });
  return 'refused' in judged ? judged : { labelMap, changedVoxels: checked.changedVoxels, ...judged };
}
