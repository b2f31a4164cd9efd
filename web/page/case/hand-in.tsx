import { useState } from 'preact/hooks';
import { organValue } from '../../../domain/organ.js';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { Ask } from '../parts/ask.js';
import { handIn, openFlags, uploadDrawing, uploadFile } from './commands.js';
import { differences } from './figures.js';
import type { Workspace } from './workspace.js';

interface HandInProps {
  readonly kind: 'submit' | 'refine';
  readonly entry: TaskEntry;
  /** Bytes of the label map that is drawn here, before its voxels; without them a file is asked for. */
  readonly head: Uint8Array | undefined;
  readonly workspace: Workspace;
  done(): void;
  close(): void;
}

const words = {
  submit: { title: 'Submit for review', does: 'Submit', reasonLabel: 'Note' },
  refine: { title: 'Refine and verify', does: 'Refine and verify', reasonLabel: 'Reason' },
} as const;
/** Once the checks have flagged something. */
const standBy = { does: 'I have seen it: submit', reasonLabel: 'Why it is right as it is' } as const;

/** Before a label map goes off: what changed, and what the checks have to say, with the sender's reason. */
export function HandIn({ kind, entry, head, workspace, done, close }: HandInProps) {
  const [acknowledged, setAcknowledged] = useState<readonly string[]>([]);
  const [file, setFile] = useState<File>();
  const upload = () => {
    if (head !== undefined) return uploadDrawing(entry, head, workspace);
    if (file === undefined) throw new Error('Choose the file first.');
    return uploadFile(entry, file);
  };
  const act = async (reason: string) => {
    try {
      await handIn(kind, { entry, workspace, reason, upload, acknowledged });
    } catch (error) {
      // What was shown once counts as seen, also when the next try is stopped by something else.
      setAcknowledged((before) => [...new Set([...before, ...openFlags(error)])]);
      throw error;
    }
    done();
  };
  const flagged = acknowledged.length > 0;
  const said = flagged ? standBy : words[kind];
  return (
    <Ask
      {...said}
      title={words[kind].title}
      reason={kind === 'refine' || flagged ? 'needed' : 'welcome'}
      act={act}
      close={close}
    >
      {head === undefined ? <FileChoice choose={setFile} /> : <Changes workspace={workspace} />}
    </Ask>
  );
}

/** A label map from ITK-SNAP, 3D Slicer or any other tool. */
function FileChoice({ choose }: { choose(file: File | undefined): void }) {
  return (
    <label class="stack">
      <span>
        Mask on the grid of the image <span class="soft">(.nii, .nii.gz, .seg.nrrd)</span>
      </span>
      <input
        type="file"
        name="mask"
        required
        accept=".nii,.gz,.nrrd"
        onChange={(event) => choose(event.currentTarget.files?.[0])}
      />
      <span class="soft small">What is drawn on this page and was not submitted is left out.</span>
    </label>
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
