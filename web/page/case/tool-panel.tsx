import type { Tool, Workspace } from './workspace.js';

const tools: readonly { readonly tool: Tool; readonly title: string; readonly key: string }[] = [
  { tool: 'look', title: 'Look', key: 'Esc' },
  { tool: 'brush', title: 'Brush', key: 'b' },
  { tool: 'eraser', title: 'Eraser', key: 'x' },
  { tool: 'fill', title: 'Outline', key: 'f' },
];

/** Drawing on the axial plane. */
export function ToolPanel({ workspace }: { readonly workspace: Workspace }) {
  const drawn = workspace.strokes.value > 0;
  return (
    <section aria-label="Drawing">
      <h2>Draw on the axial plane</h2>
      <fieldset class="tools" aria-label="Tools">
        {tools.map(({ tool, title, key }) => (
          <button
            key={tool}
            type="button"
            aria-pressed={workspace.tool.value === tool}
            disabled={!workspace.mayDraw.value}
            onClick={() => workspace.use(tool)}
          >
            {title}
            <kbd>{key}</kbd>
          </button>
        ))}
      </fieldset>
      <div class="field">
        <span>Diameter</span>
        <span class="row">
          <button type="button" aria-label="Smaller brush" onClick={() => workspace.resize(-1)}>
            [
          </button>
          <output aria-label="Diameter in voxels" title="voxels">
            {workspace.size.value}
          </output>
          <button type="button" aria-label="Larger brush" onClick={() => workspace.resize(1)}>
            ]
          </button>
        </span>
      </div>
      <label class="field">
        <span>Paint over other organs</span>
        <input
          type="checkbox"
          checked={workspace.paintsOver.value}
          onChange={(event) => {
            workspace.paintsOver.value = event.currentTarget.checked;
          }}
        />
      </label>
      <div class="tools">
        <button type="button" disabled={!workspace.canUndo} onClick={() => workspace.undo()}>
          Undo<kbd>u</kbd>
        </button>
        <button type="button" disabled={!workspace.canRedo} onClick={() => workspace.redo()}>
          Redo<kbd>y</kbd>
        </button>
      </div>
      {!workspace.mayDraw.value && <p class="soft small">You can draw once the task is with you.</p>}
      {workspace.mayDraw.value && drawn && <p class="soft small">Kept in this browser until you submit.</p>}
    </section>
  );
}
