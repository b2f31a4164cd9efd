import { organs } from '../../../domain/organ.js';
import type { Workspace } from './workspace.js';

/** Where the cross-hair is and what is there. */
export function StatusLine({ workspace }: { readonly workspace: Workspace }) {
  const at = workspace.location.value;
  const grid = workspace.grid.value;
  void workspace.strokes.value;
  if (at === undefined || grid === undefined) return <div class="status">&nbsp;</div>;
  const [i, j, k] = at.voxel;
  const value = workspace.values?.[i + grid.size[0] * (j + grid.size[1] * k)] ?? 0;
  return (
    <div class="status">
      <span>
        voxel <output data-voxel={at.voxel.join(' ')}>{at.voxel.join(', ')}</output>
      </span>
      <span>
        slice {at.ras[2] + 1} of {grid.rasSize[2]}
      </span>
      <span>{Math.round(at.hu)} HU</span>
      <span>{value === 0 ? 'no label' : organs[value - 1]}</span>
      <span style={{ marginLeft: 'auto' }}>
        {workspace.strokes.value === 0 ? '' : strokeWords(workspace.strokes.value)}
      </span>
    </div>
  );
}

function strokeWords(count: number): string {
  return count === 1 ? '1 stroke' : `${count} strokes`;
}
