import { organs } from '../../../domain/organ.js';
import type { TaskState } from '../../../domain/task.js';
import { css, organColours } from '../viewer/colours.js';

const marks: Readonly<Record<string, string>> = {
  source: 'source, locked',
  'pre-labelled': 'model’s proposal',
  empty: 'no proposal',
  corrected: 'corrected',
  returned: 'returned',
  approved: 'approved',
  verified: 'verified',
  absent: 'attested absent',
};

/** The four organs of a task as squares: filled where there is a label, framed where there is none. */
export function OrganChips({ task }: { readonly task: Pick<TaskState, 'organs'> }) {
  const words = organs.map((organ) => `${organ} ${marks[task.organs[organ].state] ?? ''}`).join(', ');
  return (
    <span class="row" style={{ gap: '4px' }} role="img" aria-label={words} title={words}>
      {organs.map((organ) => {
        const { state } = task.organs[organ];
        const colour = css(organColours[organ]);
        const without = state === 'empty' || state === 'absent';
        const faded = state === 'source' ? 0.35 : 1;
        const ring = state === 'returned' ? '0 0 0 2px var(--warn)' : 'none';
        return (
          <span
            key={organ}
            class="swatch"
            style={{
              background: without ? 'transparent' : colour,
              border: `1.5px solid ${colour}`,
              opacity: faded,
              boxShadow: ring,
            }}
          />
        );
      })}
    </span>
  );
}

/** What a state of an organ means, in a few words. */
export function organStateWords(state: string): string {
  return marks[state] ?? state;
}
