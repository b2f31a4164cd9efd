import type { AuditRecord } from '../../../domain/audit.js';
import { organs } from '../../../domain/organ.js';
import { follow, pageAddress } from '../state/router.js';
import { moment } from './time.js';

const looks: Readonly<Record<string, string>> = { refused: 'bad', repeated: 'warn' };

/** Records, one a line; hashes are shortened, and whole when hovered. */
export function AuditTable({
  records,
  withEntity = false,
}: {
  readonly records: readonly AuditRecord[];
  readonly withEntity?: boolean;
}) {
  return (
    <div class="panel scroll">
      <table>
        <thead>
          <tr>
            <th class="figure">#</th>
            <th>When</th>
            {withEntity && <th>What</th>}
            <th>Who</th>
            <th>Did</th>
            <th>Why</th>
            <th>Labels changed</th>
            <th>Hash before</th>
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <Line key={`${record.entity} ${record.sequence}`} record={record} withEntity={withEntity} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function EntityLink({ record: { campaign, entity } }: { readonly record: AuditRecord }) {
  const [kind, collection, caseId, round] = entity.split('/');
  if (kind !== 'task' || collection === undefined || caseId === undefined) return <>{entity}</>;
  return (
    <a href={pageAddress(campaign, 'audit', collection, caseId, round ?? '1')} onClick={follow}>
      {collection} / {caseId}
    </a>
  );
}

function changedOrgans({ labelsBefore, labelsAfter }: AuditRecord): string[] {
  return organs.filter((organ) => labelsBefore[organ] !== labelsAfter[organ]);
}

function Line({ record, withEntity }: { readonly record: AuditRecord; readonly withEntity: boolean }) {
  return (
    <tr>
      <td class="figure soft">{record.sequence}</td>
      <td style={{ whiteSpace: 'nowrap' }}>{moment(record.at)}</td>
      {withEntity && (
        <td style={{ whiteSpace: 'nowrap' }}>
          <EntityLink record={record} />
        </td>
      )}
      <td>
        {record.actor}
        <span class="soft small">
          {' '}
          {record.role}
          {record.simulated ? ', simulated' : ''}
        </span>
      </td>
      <td style={{ whiteSpace: 'nowrap' }}>
        {record.action}{' '}
        {record.outcome !== 'done' && (
          <span class={`badge ${looks[record.outcome] ?? ''}`}>{record.outcome}</span>
        )}
      </td>
      <td>{record.why ?? ''}</td>
      <td>{changedOrgans(record).join(', ')}</td>
      <td>
        <code class="soft" title={record.previousSha256}>
          {record.previousSha256.slice(0, 10)}
        </code>
      </td>
    </tr>
  );
}
