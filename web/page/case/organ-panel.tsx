import { organs } from '../../../domain/organ.js';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { organStateWords } from '../parts/organ-chips.js';
import { css, organColours } from '../viewer/colours.js';
import type { Workspace } from './workspace.js';

interface OrganPanelProps {
  readonly workspace: Workspace;
  readonly entry: TaskEntry | undefined;
}

/** The four organs: which one is drawn, which are shown, which are locked. */
export function OrganPanel({ workspace, entry }: OrganPanelProps) {
  return (
    <section aria-label="Organs" class="tight">
      <h2>Organs</h2>
      {organs.map((organ, at) => {
        const hidden = workspace.hidden.value.has(organ);
        const locked = workspace.locked.value.has(organ);
        const chosen = workspace.mayDraw.value && workspace.organ.value === organ;
        const state = entry?.task.organs[organ].state;
        return (
          <div class={`organ ${chosen ? 'chosen' : ''}`} key={organ}>
            <span
              class="swatch"
              style={{ background: css(organColours[organ]), opacity: hidden ? 0.25 : 1 }}
            />
            <button
              type="button"
              aria-pressed={chosen}
              disabled={locked || !workspace.mayDraw.value}
              title={locked ? 'Labelled at the source: nobody may change it' : `Draw the ${organ}`}
              onClick={() => workspace.choose(organ)}
            >
              {organ}
              <div class="soft small">{state === undefined ? '' : organStateWords(state)}</div>
            </button>
            <kbd>{at + 1}</kbd>
            <button
              type="button"
              aria-label={`${hidden ? 'Show' : 'Hide'} ${organ}`}
              aria-pressed={!hidden}
              title={hidden ? 'Hidden' : 'Shown'}
              onClick={() => workspace.toggle(organ)}
            >
              {hidden ? <Eye open={false} /> : <Eye open />}
            </button>
          </div>
        );
      })}
    </section>
  );
}

function Eye({ open }: { readonly open: boolean }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      aria-hidden="true"
    >
      <path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z" />
      {open ? <circle cx="8" cy="8" r="2" /> : <path d="M2.5 13.5 13.5 2.5" />}
    </svg>
  );
}
