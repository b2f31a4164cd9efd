import { useState } from 'preact/hooks';
import type { Finding } from '../../../domain/finding.js';
import { organValue } from '../../../domain/organ.js';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { Ask } from '../parts/ask.js';
import { findingsOf, handIn } from './commands.js';
import { differences } from './figures.js';
import type { Workspace } from './workspace.js';

interface HandInProps {
  readonly kind: 'submit' | 'refine';
  readonly entry: TaskEntry;
  readonly head: Uint8Array;
  readonly workspace: Workspace;
  done(): void;
  close(): void;
}

/** Before a label map goes off: what changed, and what the checks have to say, with the sender's reason. */
export function HandIn({ kind, entry, head, workspace, done, close }: HandInProps) {
  const [warnings, setWarnings] = useState<readonly Finding[]>([]);
  const act = async (reason: string) => {
    const acknowledged = warnings.filter(({ severity }) => severity === 'flag').map(({ code }) => code);
    try {
      await handIn(kind, { entry, head, workspace, reason, acknowledged });
    } catch (error) {
      setWarnings(findingsOf(error));
      throw error;
    }
    done();
  };
  const needed = kind === 'refine' || warnings.length > 0;
  return (
    <Ask
      title={kind === 'submit' ? 'Submit for review' : 'Refine and verify'}
      does={
        warnings.length > 0 ? 'I have seen it: submit' : kind === 'submit' ? 'Submit' : 'Refine and verify'
      }
      reason={needed ? 'needed' : 'welcome'}
      reasonLabel={warnings.length > 0 ? 'Why it is right as it is' : kind === 'submit' ? 'Note' : 'Reason'}
      act={act}
      close={close}
    >
      <Changes workspace={workspace} />
      {warnings.map((each) => (
        <div key={each.code + each.field} class={`notice ${each.severity === 'flag' ? 'warn' : 'bad'}`}>
          <b>{each.code}</b> {each.message}.<span class="soft"> {each.suggestion}.</span>
        </div>
      ))}
    </Ask>
  );
}

/** What was drawn since the labels came, in millilitres. */
function Changes({ workspace }: { readonly workspace: Workspace }) {
  const { original: from, values: to } = workspace;
  const grid = workspace.grid.value;
  if (from === undefined || to === undefined || grid === undefined) return null;
  const [x, y, z] = grid.rasSpacingMm;
  const changed = differences({ from, to }, (x * y * z) / 1000).filter(
    ({ addedMl, removedMl }) => addedMl + removedMl > 0,
  );
  if (changed.length === 0) return <p class="soft">Nothing was drawn: the labels go on as they are.</p>;
  const seconds = workspace.clock.read().activeSeconds;
  return (
    <table class="figures">
      <thead>
        <tr>
          <th>Organ</th>
          <th class="figure">Added ml</th>
          <th class="figure">Removed ml</th>
        </tr>
      </thead>
      <tbody>
        {changed.map(({ organ, addedMl, removedMl }) => (
          <tr key={organValue[organ]}>
            <td>{organ}</td>
            <td class="figure">{addedMl.toFixed(2)}</td>
            <td class="figure">{removedMl.toFixed(2)}</td>
          </tr>
        ))}
      </tbody>
      <caption class="soft small" style={{ captionSide: 'bottom', textAlign: 'left', padding: '4px' }}>
        {seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} of active work
      </caption>
    </table>
  );
}
