import type { TaskEntry } from '../../api/schemas/task-body.js';
import { follow, go, pageAddress } from '../state/router.js';
import { OrganChips } from './organ-chips.js';
import { PhaseBadge } from './phase-badge.js';
import { Ago, Until } from './time.js';
import { useListKeys } from './use-list.js';

interface TaskTableProps {
  readonly tasks: readonly TaskEntry[];
  /** False where another list of the page has the keys. */
  readonly keys?: boolean;
}

/** Tasks line by line; each leads to its case. */
export function TaskTable({ tasks, keys = true }: TaskTableProps) {
  const to = ({ task }: TaskEntry) => pageAddress(task.campaign, 'case', task.collection, task.caseId);
  const [chosen, choose] = useListKeys(tasks.length, (line) => go(to(tasks[line]!)), keys);
  return (
    <div class="panel scroll">
      <table>
        <thead>
          <tr>
            <th>Case</th>
            <th>Organs</th>
            <th>Phase</th>
            <th>Drawn by</th>
            <th>Last word</th>
            <th class="figure">Waits since</th>
            <th class="figure">Deadline</th>
          </tr>
        </thead>
        <tbody>
          {tasks.map((entry, line) => (
            <tr
              key={to(entry)}
              class="link"
              aria-selected={keys && line === chosen}
              onMouseEnter={() => choose(line)}
              onClick={() => go(to(entry))}
            >
              <td>
                <a href={to(entry)} onClick={follow}>
                  {entry.task.collection} / {entry.task.caseId}
                </a>
                {entry.task.round > 1 && <span class="soft"> round {entry.task.round}</span>}
              </td>
              <td>
                <OrganChips task={entry.task} />
              </td>
              <td>
                <PhaseBadge phase={entry.task.phase} />
              </td>
              <td>{entry.task.assignee ?? <span class="soft">nobody yet</span>}</td>
              <td class="soft">{entry.task.lastReason ?? ''}</td>
              <td class="figure">
                <Ago at={entry.since} />
              </td>
              <td class="figure">
                {entry.task.lease && <Until at={entry.task.lease.expiresAt} reminded={entry.task.reminded} />}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
