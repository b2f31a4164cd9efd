import { useEffect, useState } from 'preact/hooks';
import type { AuditBody, AuditPage as AuditPageBody } from '../../api/schemas/task-body.js';
import { AuditTable } from '../parts/audit-table.js';
import { ProblemBox } from '../parts/problem-box.js';
import { Skeleton } from '../parts/skeleton.js';
import { getJson, inCampaign } from '../state/api.js';
import { useResource } from '../state/resource.js';
import { go, pageAddress, route } from '../state/router.js';

/** Who did what, when and why: the whole campaign's record, or that of one task with the proof of its chain. */
export function AuditPage() {
  const { campaign = '', rest } = route.value;
  const [wanted, setWanted] = useState(rest.join('/'));
  const find = (event: Event) => {
    event.preventDefault();
    go(pageAddress(campaign, 'audit', ...wanted.split('/').filter(Boolean)));
  };
  return (
    <>
      <div class="head">
        <h1>Audit trail</h1>
        <span class="soft">{rest.length === 0 ? 'the whole campaign' : rest.join(' / ')}</span>
        <form class="aside" onSubmit={find}>
          <input
            type="search"
            aria-label="Task, as collection/case/round"
            placeholder="collection/case/round"
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
          <button type="submit">Show</button>
        </form>
      </div>
      {rest.length >= 2 ? <TaskRecord at={rest} /> : <CampaignRecord key={campaign} />}
    </>
  );
}

function TaskRecord({ at: [collection = '', caseId = '', round = '1'] }: { readonly at: readonly string[] }) {
  const { campaign = '' } = route.value;
  const url = inCampaign(campaign, 'tasks', collection, caseId, round, 'audit');
  const { data, problem, reload } = useResource<AuditBody>(url, ({ entity }) =>
    entity.includes(`${collection}/${caseId}`),
  );
  return (
    <>
      <ProblemBox problem={problem} again={reload} />
      {data === undefined && problem === undefined && <Skeleton lines={8} />}
      {data && (
        <div class={`notice ${data.breaks.length === 0 ? 'good' : 'bad'}`}>
          {data.breaks.length === 0 ? (
            <>
              <b>The chain is whole.</b> {data.records.length} records, each with the hash of the one before
              it.
            </>
          ) : (
            <>
              <b>The chain is broken.</b>
              {data.breaks.map((each) => (
                <p key={each}>{each}</p>
              ))}
            </>
          )}
        </div>
      )}
      {data && <AuditTable records={data.records} />}
    </>
  );
}

function CampaignRecord() {
  const { campaign = '' } = route.value;
  const [pages, setPages] = useState<readonly AuditPageBody[]>([]);
  const [problem, setProblem] = useState<unknown>();
  const next = pages.at(-1)?.next;
  const more = async (cursor?: string) => {
    const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    try {
      const page = await getJson<AuditPageBody>(`${inCampaign(campaign, 'audit')}?limit=100${query}`);
      setPages((before) => (cursor === undefined ? [page] : [...before, page]));
      setProblem(undefined);
    } catch (error) {
      setProblem(error);
    }
  };
  useEffect(() => void more(), [campaign]);
  return (
    <>
      <ProblemBox problem={problem} again={() => void more(next)} />
      {pages.length === 0 && problem === undefined && <Skeleton lines={10} />}
      {pages.length > 0 && <AuditTable records={pages.flatMap(({ records }) => records)} withEntity />}
      {next !== undefined && (
        <button type="button" onClick={() => void more(next)}>
          More
        </button>
      )}
    </>
  );
}
