import { useState } from 'preact/hooks';
import type { InboxPage } from '../../api/schemas/task-body.js';
import { ProblemBox } from '../parts/problem-box.js';
import { Skeleton } from '../parts/skeleton.js';
import { TaskTable } from '../parts/task-table.js';
import { inCampaign } from '../state/api.js';
import { useKeys } from '../state/keys.js';
import { useResource } from '../state/resource.js';
import { route } from '../state/router.js';
import { may, me } from '../state/session.js';
import { takeNext } from '../state/take-next.js';

/** What waits for the person who looks, and one click to the next case. */
export function WorkPage() {
  const { campaign = '' } = route.value;
  const { data, problem, reload } = useResource<InboxPage>(`${inCampaign(campaign, 'inbox')}?limit=200`);
  const [refused, setRefused] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const next = async () => {
    if (busy || !may('task.take')) return;
    setBusy(true);
    try {
      setRefused(await takeNext(campaign));
    } catch (error) {
      setRefused(error);
    }
    setBusy(false);
  };
  useKeys(may('task.take') ? [{ key: 'n', does: 'take the next case', run: () => void next() }] : []);
  const own = data?.tasks.filter(({ task }) => holdsIt(task, me.value?.id)) ?? [];
  const others = data?.tasks.filter(({ task }) => !holdsIt(task, me.value?.id)) ?? [];
  return (
    <>
      <div class="head">
        <h1>My work</h1>
        {data && (
          <span class="soft">
            {own.length} with you, {data.total - own.length} waiting
          </span>
        )}
        {may('task.take') && (
          <div class="aside">
            <button type="button" class="primary" onClick={() => void next()} disabled={busy}>
              Next case<kbd>n</kbd>
            </button>
          </div>
        )}
      </div>
      {typeof refused === 'string' ? (
        <div class="notice warn" role="status">
          {refused.charAt(0).toUpperCase() + refused.slice(1)}.
        </div>
      ) : (
        <ProblemBox problem={refused} />
      )}
      <ProblemBox problem={problem} again={reload} />
      {data === undefined && problem === undefined && <Skeleton lines={8} />}
      {data && data.tasks.length === 0 && (
        <div class="panel empty">
          <p>Nothing waits for you.</p>
          <p class="small">New cases appear here by themselves as they are pre-labelled or handed on.</p>
        </div>
      )}
      {own.length > 0 && <h2>With you</h2>}
      {own.length > 0 && <TaskTable tasks={own} />}
      {others.length > 0 && <h2>Waiting for somebody like you</h2>}
      {others.length > 0 && <TaskTable tasks={others} keys={own.length === 0} />}
      {data?.next !== undefined && <FirstOnly page={data} />}
    </>
  );
}

function FirstOnly({ page: { tasks, total } }: { readonly page: InboxPage }) {
  return (
    <p class="soft small">
      The first {tasks.length} of {total.toLocaleString()}, those that need people most.
    </p>
  );
}

function holdsIt(task: InboxPage['tasks'][number]['task'], id: string | undefined): boolean {
  return task.lease !== undefined
    ? task.lease.holder === id
    : task.phase === 'returned' && task.assignee === id;
}
