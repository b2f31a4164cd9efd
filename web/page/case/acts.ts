import type { CommandBody, TaskEntry } from '../../api/schemas/task-body.js';

/** What a button of the case does: at once, or after a dialog. */
export type Act =
  | { readonly kind: 'now'; readonly body: CommandBody }
  | { readonly kind: 'dialog'; readonly dialog: DialogName };
export type DialogName =
  | 'submit'
  | 'submit-file'
  | 'refine'
  | 'refine-file'
  | 'return'
  | 'escalate'
  | 'release'
  | 'absent'
  | 'hand-over'
  | 'reopen'
  | 'comment';

export interface Button {
  readonly title: string;
  readonly key?: string;
  readonly primary?: boolean;
  /** Seldom used: in the menu, so that the case's name has its place. */
  readonly inMenu?: boolean;
  readonly act: Act;
}

/** Buttons for what the person can ask of the task now, the most likely one last and in colour. */
export function buttonsFor(entry: TaskEntry | undefined, drew: boolean): Button[] {
  if (entry === undefined) return [];
  const { version } = entry.task;
  const can = (name: string) => entry.can.includes(name);
  const now = (body: CommandBody): Act => ({ kind: 'now', body: { ...body, expectedVersion: version } });
  const dialog = (name: DialogName): Act => ({ kind: 'dialog', dialog: name });
  const all: (Button & { readonly when: boolean })[] = [
    { when: can('submit'), title: 'Submit a file', inMenu: true, act: dialog('submit-file') },
    { when: can('refine'), title: 'Refine with a file', inMenu: true, act: dialog('refine-file') },
    { when: can('hand-over'), title: 'Hand over', inMenu: true, act: dialog('hand-over') },
    { when: can('release'), title: 'Put back', inMenu: true, act: dialog('release') },
    { when: can('escalate'), title: 'Escalate', inMenu: true, act: dialog('escalate') },
    { when: can('attest-absent'), title: 'Organ absent', inMenu: true, act: dialog('absent') },
    { when: can('reopen'), title: 'Open another round', act: dialog('reopen') },
    { when: can('return'), title: 'Return', key: 'r', act: dialog('return') },
    { when: can('claim'), title: 'Take this case', key: 's', primary: true, act: now({ kind: 'claim' }) },
    { when: can('submit'), title: 'Submit', key: 's', primary: true, act: dialog('submit') },
    { when: can('review'), title: 'Start review', key: 's', primary: true, act: now({ kind: 'review' }) },
    {
      when: can('start-verification'),
      title: 'Start verification',
      key: 's',
      primary: true,
      act: now({ kind: 'start-verification' }),
    },
    { when: can('approve'), title: 'Certify', key: 's', primary: true, act: now({ kind: 'approve' }) },
    {
      when: can('refine') && drew,
      title: 'Refine and verify',
      key: 's',
      primary: true,
      act: dialog('refine'),
    },
    { when: can('verify') && !drew, title: 'Verify', key: 's', primary: true, act: now({ kind: 'verify' }) },
  ];
  return all.filter(({ when }) => when);
}
