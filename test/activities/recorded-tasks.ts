import { storeLabel } from '../../activities/label-store.js';
import { refinementDeeds } from '../../activities/refinement.js';
import type { LabelSummary } from '../../domain/label-version.js';
import type { Person } from '../../domain/person.js';
import type { TaskState } from '../../domain/task.js';
import type { TaskCommand } from '../../domain/task-command.js';
import { recordOf } from '../../domain/task-record.js';
import { reduceTask } from '../../domain/task-reducer.js';
import { taskEntity } from '../../domain/workflow-ids.js';
import { writeLabelMap } from '../../imaging/nifti-write.js';
import { appendAudit } from '../../storage/audit-log.js';
import { putContent } from '../../storage/content.js';
import { sha256 } from '../../storage/hash.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { labelMapFile, type MiniCase, maskOf, organVoxels, storeMiniCase } from '../workflows/mini-case.js';

/** Tasks as their workflow records them, without servers: opened, decided by the reducer, appended. */
export const campaign = 'recorded';
export const staff: Person[] = [
  { id: 'anna', role: 'junior', simulated: false },
  { id: 'ben', role: 'junior', simulated: false },
  { id: 'clara', role: 'certified', simulated: false },
  { id: 'david', role: 'senior', simulated: false },
];

export type Asked = Omit<TaskCommand, 'commandId'> & Record<string, unknown>;

export class TaskDesk {
  private sequence = 1;
  private constructor(
    readonly store: ObjectStore,
    readonly mini: MiniCase,
    public state: TaskState,
    private readonly clock: { ms: number },
  ) {}

  static async open(store: ObjectStore, caseId: string, clock: { ms: number }): Promise<TaskDesk> {
    const mini = await storeMiniCase(store, campaign, caseId);
    const now = () => new Date(clock.ms);
    const work = {} as Parameters<typeof refinementDeeds>[0]['work'];
    const { state } = await refinementDeeds({ store, work, now }).openTask({
      at: mini.at,
      round: 1,
      labels: [...mini.labels],
    });
    return new TaskDesk(store, mini, state, clock);
  }

  get entity(): string {
    return taskEntity(this.mini.at, 1);
  }

  /** Decides and records a command; `spleen` are the voxels that it draws. */
  async ask(kind: string, actor: string, more: Record<string, unknown> = {}, spleen?: number[]) {
    this.clock.ms += 60_000;
    const drawn = spleen === undefined ? undefined : await this.draw(actor, spleen);
    const upload = drawn === undefined ? {} : { upload: drawn.upload };
    const command = { kind, actor, commandId: `c${this.sequence}`, ...upload, ...more } as TaskCommand;
    const now = new Date(this.clock.ms).toISOString();
    const given = {
      people: staff.filter((each) => each.id === actor),
      now,
      ...(drawn === undefined ? {} : { labels: drawn.labels, remarks: [] }),
    };
    const decided = reduceTask(this.state, command, given);
    await appendAudit(
      this.store,
      recordOf({
        entity: this.entity,
        sequence: this.sequence++,
        now,
        before: this.state,
        command,
        given,
        ...(spleen === undefined ? {} : { changedVoxels: { spleen: Math.abs(10 - spleen.length) } }),
        ...decided,
      }),
    );
    this.state = decided.state;
    return decided.answer;
  }

  private async draw(author: string, spleen: number[]) {
    const { mini, store } = this;
    const upload = await putContent(store, labelMapFile(mini.image, { spleen }));
    const mask = maskOf(spleen);
    const packed = {
      organ: 'spleen' as const,
      bytes: writeLabelMap(mask, mini.image),
      voxelSha256: sha256(mask),
      voxels: spleen.length,
    };
    const parent = this.state.organs.spleen.label!.version;
    const label: LabelSummary = await storeLabel(store, mini.at, 'spleen', packed, {
      origin: 'human',
      author,
      reason: 'drawn',
      parent,
    });
    return { upload, labels: [...mini.labels.filter(({ organ }) => organ !== 'spleen'), label] };
  }
}

/** A task from claim to verification, with a refusal and a return; 12 records. */
export async function wholeTask(
  store: ObjectStore,
  caseId: string,
  clock: { ms: number },
): Promise<TaskDesk> {
  const desk = await TaskDesk.open(store, caseId, clock);
  const effort = (activeSeconds: number, byOrgan = {}) => ({ effort: { activeSeconds, byOrgan } });
  await desk.ask('approve', 'anna');
  await desk.ask('claim', 'anna');
  await desk.ask('submit', 'anna', effort(600, { spleen: 400 }), organVoxels('spleen').slice(0, 4));
  await desk.ask('review', 'clara');
  await desk.ask('return', 'clara', { reason: 'the spleen is cut off', organs: ['spleen'], ...effort(120) });
  await desk.ask('submit', 'anna', effort(300, { spleen: 300 }), organVoxels('spleen').slice(0, 9));
  await desk.ask('review', 'clara');
  await desk.ask('approve', 'clara', effort(60));
  await desk.ask('start-verification', 'david');
  await desk.ask('verify', 'david', effort(30));
  return desk;
}
