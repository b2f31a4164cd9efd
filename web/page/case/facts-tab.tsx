import { useState } from 'preact/hooks';
import type { CaseBody } from '../../api/schemas/case-body.js';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { ProblemBox } from '../parts/problem-box.js';
import { prose } from '../parts/prose.js';
import { Until } from '../parts/time.js';
import { follow, pageAddress } from '../state/router.js';
import { may } from '../state/session.js';
import { type CaseAt, caseAddress } from './case-data.js';
import { takeOffline } from './take-offline.js';

interface FactsProps {
  readonly at: CaseAt;
  readonly body: CaseBody;
  readonly entry: TaskEntry | undefined;
  done(): void;
}

/** The task and the case in figures. */
export function FactsTab({ at, body, entry, done }: FactsProps) {
  const { geometry } = body.passport;
  const task = entry?.task;
  return (
    <>
      {task && (
        <section>
          <h2>Task</h2>
          <Fact name="Round">{task.round}</Fact>
          <Fact name="Drawn by">{task.assignee ?? '–'}</Fact>
          <Fact name="Reviewed by">{task.reviewer ?? '–'}</Fact>
          <Fact name="Verified by">{task.verifier ?? '–'}</Fact>
          {task.lease && (
            <Fact name={`With ${task.lease.holder}`}>
              <Until at={task.lease.expiresAt} reminded={task.reminded} />
            </Fact>
          )}
          {task.draft && <Fact name="Draft">left with the task</Fact>}
          <Fact name="Returned">{task.returns === 1 ? 'once' : `${task.returns} times`}</Fact>
          <a
            href={pageAddress(at.campaign, 'audit', at.collection, at.caseId, String(task.round))}
            onClick={follow}
          >
            Who did what, when and why
          </a>
        </section>
      )}
      <section>
        <h2>Scan</h2>
        {geometry && <Fact name="Voxels">{geometry.shape.join(' × ')}</Fact>}
        {geometry && (
          <Fact name="Spacing">{geometry.spacingMm.map((each) => each.toFixed(2)).join(' × ')} mm</Fact>
        )}
        <Fact name="Licence">{body.licence}</Fact>
        <Fact name="Stage">{body.stage}</Fact>
      </section>
      {task && may('bundle.read') && <DesktopTool at={at} entry={entry} done={done} />}
      {body.findings.length > 0 && (
        <section>
          <h2>Findings</h2>
          {body.findings.map((each, line) => (
            <div class="entry" key={`${each.code} ${line}`}>
              <b>{each.code}</b>
              <span>{prose(each.message)}</span>
              <span class="soft small">{prose(each.suggestion)}</span>
            </div>
          ))}
        </section>
      )}
    </>
  );
}

/** The way to ITK-SNAP and 3D Slicer: for whoever holds the task under a lease that lasts, for all others to look. */
function DesktopTool({ at, entry, done }: Pick<FactsProps, 'at' | 'done'> & { readonly entry: TaskEntry }) {
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const holds = entry.can.includes('submit') && entry.can.includes('renew');
  const take = async () => {
    setBusy(true);
    setProblem(undefined);
    await takeOffline(at, entry).catch(setProblem);
    setBusy(false);
    done();
  };
  return (
    <section>
      <h2>ITK-SNAP and 3D Slicer</h2>
      {holds ? (
        <>
          <button type="button" disabled={busy} onClick={() => void take()}>
            {busy ? 'One moment …' : 'Take it offline'}
          </button>
          <p class="soft small">
            Saves image, labels and workspace, and keeps the case with you for longer. Hand the mask in under
            More, “Submit a file”.
          </p>
        </>
      ) : (
        <a href={caseAddress(at, 'bundle')}>Save image, labels and workspace</a>
      )}
      <ProblemBox problem={problem} />
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div class="field">
      <span>{name}</span>
      <b style={{ fontWeight: 500, textAlign: 'right' }}>{children}</b>
    </div>
  );
}
