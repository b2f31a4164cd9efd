import { type Day, lastDays } from './last-days.js';
import { nowMs } from './time.js';

const shownDays = 14;
const paceDays = 7;
const kinds = [
  { name: 'submitted', colour: 'color-mix(in oklab, var(--accent), var(--panel) 50%)' },
  { name: 'certified', colour: 'var(--accent)' },
  { name: 'verified', colour: 'var(--good)' },
] as const;

/** How fast cases go on: three bars for each of the last days, and the pace of the last week. */
export function Throughput({ days }: { readonly days: readonly Day[] }) {
  const shown = lastDays(days, nowMs.value, shownDays);
  const most = Math.max(1, ...shown.flatMap((day) => kinds.map(({ name }) => day[name])));
  const week = shown.slice(-paceDays).reduce((sum, { verified }) => sum + verified, 0);
  return (
    <div class="stack">
      <p>
        <b class="large">{week.toLocaleString()}</b> {week === 1 ? 'case' : 'cases'} verified in the last{' '}
        {paceDays} days
      </p>
      <div class="days">
        {shown.map((day) => (
          <Bars key={day.day} day={day} most={most} />
        ))}
      </div>
      <p class="row small soft">
        {kinds.map(({ name, colour }) => (
          <span key={name} class="row" style={{ gap: '4px' }}>
            <span class="swatch" style={{ background: colour }} /> {name}
          </span>
        ))}
        <span>by day, at most {most}</span>
      </p>
    </div>
  );
}

function Bars({ day, most }: { readonly day: Day; readonly most: number }) {
  const words = `${day.day}: ${kinds.map(({ name }) => `${day[name]} ${name}`).join(', ')}`;
  return (
    <span role="img" aria-label={words} title={words}>
      {kinds.map(({ name, colour }) => (
        <i key={name} style={{ background: colour, height: `${(100 * day[name]) / most}%` }} />
      ))}
    </span>
  );
}
