import { useState } from 'preact/hooks';
import { type Organ, organs } from '../../../domain/organ.js';
import type { PeopleBody } from '../../api/schemas/people-body.js';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { Ask } from '../parts/ask.js';
import { inCampaign } from '../state/api.js';
import { useResource } from '../state/resource.js';
import type { DialogName } from './acts.js';
import { draftOf, workOn } from './commands.js';
import { HandIn } from './hand-in.js';
import { SendBack } from './send-back.js';
import type { Workspace } from './workspace.js';

interface DialogProps {
  readonly entry: TaskEntry;
  readonly workspace: Workspace;
  /** Bytes of the label map before its voxels; undefined while it is on its way. */
  readonly head: Uint8Array | undefined;
  done(): void;
  close(): void;
}

/** The dialog that is open. */
export function CaseDialog({ name, ...props }: DialogProps & { readonly name: DialogName }) {
  const { head } = props;
  if (name === 'submit' || name === 'refine')
    return head === undefined ? null : <HandIn kind={name} {...props} head={head} />;
  if (name === 'submit-file') return <HandIn kind="submit" {...props} head={undefined} />;
  if (name === 'refine-file') return <HandIn kind="refine" {...props} head={undefined} />;
  if (name === 'return') return <SendBack {...props} />;
  if (name === 'absent') return <Absent {...props} />;
  if (name === 'hand-over') return <HandOver {...props} />;
  if (name === 'comment') return <CommentHere {...props} />;
  return <Plain kind={name} {...props} />;
}

const plain = {
  escalate: { title: 'Escalate to a senior or a lead', does: 'Escalate', reason: 'needed' },
  release: { title: 'Put the task back into the queue', does: 'Put back', reason: 'welcome' },
  reopen: { title: 'Open another round of this case', does: 'Open it', reason: 'needed' },
} as const;

async function leave(props: DialogProps, reason: string): Promise<void> {
  const { entry, head, workspace } = props;
  const draft = await draftOf(entry, head, workspace);
  const why = reason === '' ? {} : { reason };
  await workOn(entry, workspace, { kind: 'release', ...why, ...draft });
}

function Plain({ kind, ...props }: DialogProps & { readonly kind: keyof typeof plain }) {
  const { entry, workspace, done, close } = props;
  const act = async (reason: string) => {
    if (kind === 'release') await leave(props, reason);
    else await workOn(entry, workspace, { kind, reason });
    done();
  };
  return <Ask {...plain[kind]} act={act} close={close} />;
}

function Absent({ entry, workspace, done, close }: DialogProps) {
  const open = organs.filter((organ) => entry.task.organs[organ].state !== 'source');
  const empty = open.find((organ) => (entry.task.organs[organ].label?.voxels ?? 0) === 0);
  const [organ, setOrgan] = useState<Organ>(empty ?? open[0] ?? 'spleen');
  const act = async (reason: string) => {
    await workOn(entry, workspace, { kind: 'attest-absent', organ, reason });
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

function HandOver({ entry, workspace, head, done, close }: DialogProps) {
  const { data } = useResource<PeopleBody>(inCampaign(entry.task.campaign, 'people'));
  const holder = data?.people.find(({ id }) => id === entry.task.lease?.holder);
  const others =
    data?.people.filter(({ id, role }) => role === (holder?.role ?? 'junior') && id !== holder?.id) ?? [];
  const [to, setTo] = useState('');
  const act = async (reason: string) => {
    const draft = await draftOf(entry, head, workspace);
    const whom = to || (others[0]?.id ?? '');
    await workOn(entry, workspace, { kind: 'hand-over', to: whom, reason, ...draft });
    done();
  };
  return (
    <Ask title="Hand the task over" does="Hand over" reason="needed" act={act} close={close}>
      <label class="stack">
        <span>To</span>
        <select value={to} onChange={(event) => setTo(event.currentTarget.value)}>
          {data === undefined && <option>One moment …</option>}
          {others.map(({ id, name }) => (
            <option key={id} value={id}>
              {name ?? id}
            </option>
          ))}
        </select>
      </label>
      {data !== undefined && others.length === 0 && (
        <p class="soft">Nobody else of this campaign has the role for it.</p>
      )}
    </Ask>
  );
}

function CommentHere({ entry, workspace, done, close }: DialogProps) {
  const at = workspace.location.value?.voxel;
  const act = async (text: string) => {
    const place = at === undefined ? {} : { voxel: [at[0], at[1], at[2]] as [number, number, number] };
    await workOn(entry, workspace, { kind: 'comment', comments: [{ text, ...place }] });
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
