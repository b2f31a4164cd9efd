import { type Finding, finding } from '../domain/finding.js';
import type { CaseAddress } from '../domain/keys.js';
import { caseWorkflowId } from '../domain/workflow-ids.js';
import type { CopyProof } from './volume-work.js';

/** What is said of a case that its collection withdrew, with the proof where there is one. */
export function withdrawnFinding(caseId: string, original: string, proof: CopyProof | undefined): Finding {
  if (proof === undefined) {
    return finding('WITHDRAWN', {
      where: caseId,
      message: `withdrawn by its collection as a copy of ${original}; the voxels could not be compared or differ`,
      suggestion: 'leave it out; nothing to do',
    });
  }
  return finding('DUPLICATE_WITHDRAWN', {
    where: caseId,
    field: 'voxels',
    value: `${proof.overlapVoxels} shared, offset ${proof.offset.join(', ')}`,
    message: `a withdrawn copy of ${original}: ${(100 * proof.equalFraction).toFixed(2)} % of the shared voxels are equal`,
    suggestion: 'leave it out; nothing to do',
  });
}

/** What is said of a case that was to be finished and is not. */
export function unfinishedFinding(at: CaseAddress): Finding {
  return finding('PROCESSING_FAILED', {
    where: `${at.collection}/${at.caseId}`,
    message: 'the case has no finished label map',
    suggestion: `look at workflow ${caseWorkflowId(at)}; building the campaign again takes the case up where it is`,
  });
}
