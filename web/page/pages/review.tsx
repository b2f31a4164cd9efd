import { useState } from 'preact/hooks';
import type { InboxPage } from '../../api/schemas/task-body.js';
import { ProblemBox } from '../parts/problem-box.js';
import { Skeleton } from '../parts/skeleton.js';
import { TaskTable } from '../parts/task-table.js';
import { inCampaign } from '../state/api.js';
import { useResource } from '../state/resource.js';
import { route } from '../state/router.js';

const stages = [
  { title: 'To review', phases: ['submitted', 'in-review'] },
  { title: 'To verify', phases: ['certified', 'in-verification'] },
  { title: 'Escalated', phases: ['escalated'] },
] as const;

/** How many tasks a stage has; with a plus where there are more than were fetched. */
function countOf(data: InboxPage | undefined, count: number): string {
  if (data === undefined) return '';
  return `${count}${data.next !== undefined && count > 0 ? '+' : ''}`;
}

/** What waits for a judgement: submitted, certified and escalated tasks. */
export function ReviewPage() {
  const { campaign = '' } = route.value;
  const { data, problem, reload } = useResource<InboxPage>(`${inCampaign(campaign, 'inbox')}?limit=500`);
  const [stage, setStage] = useState<number>();
  const inStage = (at: number) =>
    data?.tasks.filter(({ task }) => stages[at]!.phases.some((phase) => phase === task.phase)) ?? [];
  const chosen =
    stage ??
    Math.max(
      0,
      stages.findIndex((_, at) => inStage(at).length > 0),
    );
  const tasks = inStage(chosen);
  return (
    <>
      <div class="head">
        <h1>Review queue</h1>
        <fieldset class="row" aria-label="Stage">
          {stages.map(({ title }, at) => (
            <button key={title} type="button" aria-pressed={at === chosen} onClick={() => setStage(at)}>
              {title} <span class="soft">{countOf(data, inStage(at).length)}</span>
            </button>
          ))}
        </fieldset>
      </div>
      <ProblemBox problem={problem} again={reload} />
      {data === undefined && problem === undefined && <Skeleton lines={8} />}
      {data !== undefined && tasks.length === 0 && (
        <div class="panel empty">
          Nothing is {stages[chosen]!.title.toLowerCase()}. What comes in appears here by itself.
        </div>
      )}
      {tasks.length > 0 && <TaskTable tasks={tasks} key={chosen} />}
    </>
  );
}
