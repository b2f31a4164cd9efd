import { useState } from 'preact/hooks';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { ProblemBox } from '../parts/problem-box.js';
import { Ago } from '../parts/time.js';
import { workOn } from './commands.js';
import type { Workspace } from './workspace.js';

interface CommentsProps {
  readonly entry: TaskEntry | undefined;
  readonly workspace: Workspace;
  add(): void;
  done(): void;
}

/** What people noted at the task; a note that is pinned to a voxel leads there. */
export function CommentsTab({ entry, workspace, add, done }: CommentsProps) {
  const comments = entry?.task.comments ?? [];
  const may = entry?.can.includes('comment') ?? false;
  const [problem, setProblem] = useState<unknown>();
  const settle = async (id: string) => {
    if (entry === undefined) return;
    setProblem(undefined);
    try {
      await workOn(entry, workspace, { kind: 'comment', comments: [], resolve: [id] });
    } catch (error) {
      setProblem(error);
    }
    done();
  };
  return (
    <section>
      <ProblemBox problem={problem} />
      {entry?.task.lastReason !== undefined && entry.task.returns > 0 && (
        <div class="notice warn">
          <b>Returned {entry.task.returns === 1 ? 'once' : `${entry.task.returns} times`}</b>
          <p>{entry.task.lastReason}</p>
        </div>
      )}
      {comments.length === 0 && <p class="soft">Nobody has noted anything.</p>}
      {comments.map((comment, at) => (
        <div key={comment.id} class="entry">
          <span class="row">
            <b>
              {at + 1}. {comment.author}
            </b>
            <span class="soft small">
              <Ago at={comment.at} />
            </span>
            {comment.organ && <span class="badge">{comment.organ}</span>}
            {comment.resolved && <span class="badge good">settled</span>}
          </span>
          <span>{comment.text}</span>
          <span class="row">
            {comment.voxel && (
              <button type="button" class="small" onClick={() => workspace.jump(comment.voxel!)}>
                Go to voxel {comment.voxel.join(', ')}
              </button>
            )}
            {may && comment.resolved !== true && (
              <button type="button" class="small" onClick={() => void settle(comment.id)}>
                Settle
              </button>
            )}
          </span>
        </div>
      ))}
      {may && (
        <button type="button" onClick={add}>
          Comment at the cross-hair<kbd>m</kbd>
        </button>
      )}
    </section>
  );
}
