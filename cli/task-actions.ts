import type { TaskCommandKind } from '../domain/task-command.js';

/** What people send from the terminal; reminders and ends of leases are the system's own. */
export type PersonalKind = Exclude<TaskCommandKind, 'remind' | 'expire'>;

/** A part of a command that an option or argument gives. */
export type TaskField =
  | 'file'
  | 'reason'
  | 'because'
  | 'organ'
  | 'organs'
  | 'version'
  | 'to'
  | 'offline'
  | 'token'
  | 'draft'
  | 'acknowledged'
  | 'comment';

export interface TaskAction {
  readonly does: string;
  readonly fields: readonly TaskField[];
}

/** Every command of the terminal that changes a task, in the order in which a task usually meets them. */
export const taskActions: Readonly<Record<PersonalKind, TaskAction>> = {
  claim: { does: 'take a queued task (junior)', fields: ['offline', 'token'] },
  renew: { does: 'go on holding a task for longer (its holder)', fields: ['offline', 'token'] },
  'save-draft': { does: 'keep unfinished work with the task (its holder)', fields: ['file'] },
  release: { does: 'put a task back (its holder)', fields: ['reason', 'draft'] },
  'hand-over': {
    does: 'give a task to somebody else (its holder, or a lead)',
    fields: ['to', 'because', 'draft'],
  },
  submit: { does: 'hand in a corrected mask (junior)', fields: ['file', 'reason', 'token', 'acknowledged'] },
  restore: {
    does: 'take the voxels of an older label version again (its holder, or a senior)',
    fields: ['organ', 'version', 'because'],
  },
  review: { does: 'begin to judge a submission (certified radiologist)', fields: [] },
  return: {
    does: 'send a task back with a reason (its reviewer or verifier; a lead an escalated one)',
    fields: ['because', 'organs'],
  },
  'attest-absent': {
    does: 'state that an organ is not in this patient (reviewer or verifier)',
    fields: ['organ', 'because'],
  },
  approve: { does: 'approve a submission (its reviewer)', fields: ['reason'] },
  'start-verification': { does: 'begin to verify a certified or escalated case (senior)', fields: [] },
  verify: { does: 'verify a certified case (its verifier)', fields: ['reason'] },
  refine: { does: 'correct and verify a certified case (its verifier)', fields: ['file', 'because'] },
  escalate: { does: 'ask another senior or a lead to decide (reviewer or verifier)', fields: ['because'] },
  comment: { does: 'note something at a task, or settle what was noted', fields: ['comment'] },
  reopen: { does: 'open another round of a finished case (lead)', fields: ['because', 'organs'] },
};

export const personalKinds = Object.keys(taskActions) as PersonalKind[];
