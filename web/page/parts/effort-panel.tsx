import type { EffortBody, EffortLine } from '../../api/schemas/figures.js';
import { inCampaign } from '../state/api.js';
import { useResource } from '../state/resource.js';
import { ProblemBox } from './problem-box.js';
import { Skeleton } from './skeleton.js';
import { Throughput } from './throughput.js';

/** Hours that people spent, what came of them, and how many are left. */
export function EffortPanel({ campaign }: { readonly campaign: string }) {
  const url = inCampaign(campaign, 'effort');
  const { data, problem, reload } = useResource<EffortBody>(`${url}?by=stage`);
  const organs = useResource<EffortBody>(`${url}?by=organ`);
  if (data === undefined)
    return problem === undefined ? <Skeleton lines={5} /> : <ProblemBox problem={problem} again={reload} />;
  return (
    <div class="panel">
      <header>
        <h2>Throughput, hours and forecast</h2>
      </header>
      <div class="body stack">
        <Throughput days={data.days} />
        {data.forecast === null ? (
          <p class="soft">A forecast needs a few finished cases.</p>
        ) : (
          <p>
            <b class="large">{hours(data.forecast.hours)} h</b> of people’s work left for{' '}
            {data.forecast.remaining} tasks{' '}
            <span class="soft">
              (nine in ten: {hours(data.forecast.low)}–{hours(data.forecast.high)} h)
            </span>
          </p>
        )}
        <Lines title="Stage" lines={data.rows} />
        <Lines title="Organ" lines={organs.data?.rows ?? []} />
      </div>
    </div>
  );
}

function Lines({ title, lines }: { readonly title: string; readonly lines: readonly EffortLine[] }) {
  if (lines.length === 0) return null;
  return (
    <table class="figures">
      <thead>
        <tr>
          <th>{title}</th>
          <th class="figure">Time</th>
          <th class="figure">Min a task</th>
          <th class="figure">Returns</th>
          <th class="figure">As it was</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((each) => (
          <tr key={each.name}>
            <td>{each.name}</td>
            <td class="figure">{time(each.activeMinutes)}</td>
            <td class="figure">{each.tasks === 0 ? '–' : (each.activeMinutes / each.tasks).toFixed(1)}</td>
            <td class="figure">{each.returns}</td>
            <td class="figure">
              {each.proposals === 0 ? '–' : `${Math.round((100 * each.acceptedAsIs) / each.proposals)} %`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Minutes below two hours, hours above. */
function time(minutes: number): string {
  return minutes < 120 ? `${Math.round(minutes)} min` : `${hours(minutes / 60)} h`;
}

/** One decimal below ten hours, none above. */
function hours(value: number): string {
  return value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString();
}
