import type { Comment } from '../../../domain/task.js';
import { ProblemBox } from '../parts/problem-box.js';
import { Screen } from './screen.js';
import { StatusLine } from './status-line.js';
import type { Volumes } from './use-volumes.js';
import type { Workspace } from './workspace.js';

interface StageProps {
  readonly workspace: Workspace;
  readonly volumes: Volumes;
  readonly comments: readonly Comment[];
}

/** The canvas with what is around it: how the scan comes in, and where the cross-hair is. */
export function Stage({ workspace, volumes, comments }: StageProps) {
  return (
    <>
      <ProblemBox problem={volumes.draftProblem} />
      <div style={{ position: 'relative', flex: 1, minHeight: 0, display: 'flex' }}>
        <Screen workspace={workspace} comments={comments} open={volumes.open} />
        {!volumes.ready && (
          <div class="cover" role="status">
            {volumes.problem === undefined ? (
              <>
                <span>{volumes.share < 1 ? 'Fetching the scan' : 'Putting scan and labels together'}</span>
                <progress value={volumes.share < 1 ? volumes.share : undefined} />
              </>
            ) : (
              <ProblemBox problem={volumes.problem} />
            )}
          </div>
        )}
      </div>
      <StatusLine workspace={workspace} />
    </>
  );
}
