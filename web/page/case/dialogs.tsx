import { useState } from 'preact/hooks';
import { type Organ, organs } from '../../../domain/organ.js';
import type { PeopleBody } from '../../api/schemas/people-body.js';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { Ask } from '../parts/ask.js';
import { inCampaign } from '../state/api.js';
import { useResource } from '../state/resource.js';
import type { DialogName } from './acts.js';
import { command, effortOf } from './commands.js';
import { HandIn } from './hand-in.js';
import { SendBack } from './send-back.js';
import type { Workspace } from './workspace.js';

interface DialogProps {
  readonly entry: TaskEntry;
  readonly workspace: Workspace;
  done(): void;
  close(): void;
}

/** The dialog that is open. */
export function CaseDialog({
  name,
  head,
  ...props
}: DialogProps & { readonly name: DialogName; readonly head: Uint8Array | undefined }) {
  if (name === 'submit' || name === 'refine')
    return head === undefined ? null : <HandIn kind={name} head={head} {...props} />;
  if (name === 'return') return <SendBack {...props} />;
  if (name === 'absent') return <Absent {...props} />;
  if (name === 'hand-over') return <HandOver {...props} />;
  if (name === 'comment') return <CommentHere {...props} />;
  return <Plain kind={name} {...props} />;
}

const plain = {
  escalate: { title: 'Escalate to a senior or a lead', does: 'Escalate', reason: 'needed' },
  release: { title: 'Put the task back into the queue', does: 'Put back', reason: 'welcome' },
} as const;

function Plain({
  kind,
  entry,
  workspace,
  done,
  close,
}: DialogProps & { readonly kind: 'escalate' | 'release' }) {
  const act = async (reason: string) => {
    const effort = effortOf(workspace);
    await (kind === 'escalate'
      ? command(entry, { kind, reason, ...effort })
      : command(entry, { kind, ...effort, ...(reason === '' ? {} : { reason }) }));
    done();
  };
  return <Ask {...plain[kind]} act={act} close={close} />;
}

function Absent({ entry, workspace, done, close }: DialogProps) {
  const open = organs.filter((organ) => entry.task.organs[organ].state !== 'source');
  const empty = open.find((organ) => (entry.task.organs[organ].label?.voxels ?? 0) === 0);
  const [organ, setOrgan] = useState<Organ>(empty ?? open[0] ?? 'spleen');
  const act = async (reason: string) => {
    await command(entry, { kind: 'attest-absent', organ, reason, ...effortOf(workspace) });
    done();
  };
  return (
    <Ask
      title="Attest that an organ is absent"
      does="Attest"
      reason="needed"
      reasonLabel="What shows it"
      act={act}
      close={close}
    >
      <label class="stack">
        <span>Organ</span>
        <select
          value={organ}
          onChange={(event) => setOrgan(open.find((each) => each === event.currentTarget.value) ?? organ)}
        >
          {open.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
    </Ask>
  );
}

function HandOver({ entry, workspace, done, close }: DialogProps) {
  const { data } = useResource<PeopleBody>(inCampaign(entry.task.campaign, 'people'));
  const others = data?.people.filter(({ id, role }) => role === 'junior' && id !== entry.task.assignee) ?? [];
  const [to, setTo] = useState('');
  const act = async (reason: string) => {
    await command(entry, {
      kind: 'hand-over',
      to: to || (others[0]?.id ?? ''),
      reason,
      ...effortOf(workspace),
    });
    done();
  };
  return (
    <Ask title="Hand the task over" does="Hand over" reason="needed" act={act} close={close}>
      <label class="stack">
        <span>To</span>
        <select value={to} onChange={(event) => setTo(event.currentTarget.value)}>
          {others.map(({ id, name }) => (
            <option key={id} value={id}>
              {name ?? id}
            </option>
          ))}
        </select>
      </label>
    </Ask>
  );
}

function CommentHere({ entry, workspace, done, close }: DialogProps) {
  const at = workspace.location.value?.voxel;
  const act = async (text: string) => {
    const place = at === undefined ? {} : { voxel: [at[0], at[1], at[2]] as [number, number, number] };
    await command(entry, { kind: 'comment', comments: [{ text, ...place }], ...effortOf(workspace) });
    workspace.clock.reset();
    done();
  };
  return (
    <Ask
      title={`Comment at voxel ${at?.join(', ') ?? ''}`}
      does="Pin it"
      reason="needed"
      reasonLabel="Comment"
      act={act}
      close={close}
    />
  );
}
