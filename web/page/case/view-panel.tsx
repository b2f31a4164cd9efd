import { ctWindows } from '../viewer/windows.js';
import type { Workspace } from './workspace.js';

/** How the CT is shown. */
export function ViewPanel({ workspace }: { readonly workspace: Workspace }) {
  return (
    <section aria-label="View">
      <h2>
        Window <kbd>w</kbd>
      </h2>
      <fieldset class="windows" aria-label="CT window">
        {ctWindows.map((window, at) => (
          <button
            key={window.name}
            type="button"
            aria-pressed={workspace.window.value === window}
            title={`level ${window.levelHu}, width ${window.widthHu} HU`}
            onClick={() => workspace.setWindow(at)}
          >
            {window.name}
          </button>
        ))}
      </fieldset>
      <label class="stack" style={{ gap: '2px' }}>
        <span class="field">
          <span>Labels</span>
          <span>
            {Math.round(workspace.opacity.value * 100)} % <kbd>h</kbd>
          </span>
        </span>
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          aria-label="Opacity of labels"
          value={workspace.opacity.value}
          onInput={(event) => workspace.setOpacity(Number(event.currentTarget.value))}
        />
      </label>
      <fieldset class="windows" aria-label="Planes">
        <button
          type="button"
          aria-pressed={workspace.layout.value === 'three'}
          onClick={() => workspace.arrange('three')}
        >
          Three planes
        </button>
        <button
          type="button"
          aria-pressed={workspace.layout.value === 'axial'}
          onClick={() => workspace.arrange('axial')}
        >
          Axial<kbd>t</kbd>
        </button>
      </fieldset>
    </section>
  );
}
