import type { CaseBody } from '../../api/schemas/case-body.js';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { Until } from '../parts/time.js';
import { follow, pageAddress } from '../state/router.js';
import { type CaseAt, caseAddress } from './case-data.js';

interface FactsProps {
  readonly at: CaseAt;
  readonly body: CaseBody;
  readonly entry: TaskEntry | undefined;
}

/** The task and the case in figures. */
export function FactsTab({ at, body, entry }: FactsProps) {
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
              <Until at={task.lease.expiresAt} />
            </Fact>
          )}
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
        <a href={caseAddress(at, 'bundle')}>Download for ITK-SNAP or 3D Slicer</a>
      </section>
      {body.findings.length > 0 && (
        <section>
          <h2>Findings</h2>
          {body.findings.map((each, line) => (
            <div class="entry" key={`${each.code} ${line}`}>
              <b>{each.code}</b>
              <span>{each.message}.</span>
              <span class="soft small">{each.suggestion}.</span>
            </div>
          ))}
        </section>
      )}
    </>
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
