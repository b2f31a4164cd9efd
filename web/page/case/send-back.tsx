import { useState } from 'preact/hooks';
import { type Organ, organs } from '../../../domain/organ.js';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { Ask } from '../parts/ask.js';
import { workOn } from './commands.js';
import type { Workspace } from './workspace.js';

interface SendBackProps {
  readonly entry: TaskEntry;
  readonly workspace: Workspace;
  done(): void;
  close(): void;
}

/** Returns a task to the person who drew: why, which organs, and a comment pinned to the cross-hair. */
export function SendBack({ entry, workspace, done, close }: SendBackProps) {
  const [chosen, setChosen] = useState<readonly Organ[]>([]);
  const [note, setNote] = useState('');
  const at = workspace.location.value?.voxel;
  const open = organs.filter((organ) => entry.task.organs[organ].state !== 'source');
  const act = async (reason: string) => {
    const [organ] = chosen;
    const place = at === undefined ? {} : { voxel: [at[0], at[1], at[2]] as [number, number, number] };
    const pinned = { text: note.trim(), ...place, ...(chosen.length === 1 && organ ? { organ } : {}) };
    await workOn(entry, workspace, {
      kind: 'return',
      reason,
      expectedVersion: entry.task.version,
      ...(chosen.length === 0 ? {} : { organs: [...chosen] }),
      ...(note.trim() === '' ? {} : { comments: [pinned] }),
    });
    done();
  };
  return (
    <Ask
      title={`Return to ${entry.task.assignee ?? 'the person who drew'}`}
      does="Return"
      reason="needed"
      reasonLabel="What has to change"
      act={act}
      close={close}
    >
      <OrganChoice open={open} chosen={chosen} choose={setChosen} />
      <label class="stack">
        <span>
          Comment pinned to voxel {at?.join(', ')} <span class="soft">(if you like)</span>
        </span>
        <input
          type="text"
          name="comment"
          maxLength={2000}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </label>
    </Ask>
  );
}

interface OrganChoiceProps {
  readonly open: readonly Organ[];
  readonly chosen: readonly Organ[];
  choose(organs: readonly Organ[]): void;
}

function OrganChoice({ open, chosen, choose }: OrganChoiceProps) {
  const tick = (organ: Organ, on: boolean) =>
    choose(on ? [...chosen, organ] : chosen.filter((each) => each !== organ));
  return (
    <fieldset class="row">
      <legend class="soft small">Organs to draw again; none ticked means all</legend>
      {open.map((organ) => (
        <label key={organ} class="row">
          <input
            type="checkbox"
            checked={chosen.includes(organ)}
            onChange={(event) => tick(organ, event.currentTarget.checked)}
          />
          {organ}
        </label>
      ))}
    </fieldset>
  );
}
