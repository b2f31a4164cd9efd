import { askTask, type DeskAnswer, type TaskAddress } from '../../activities/task-desk.js';
import type { TaskCommand } from '../../domain/task-command.js';
import { taskEntity } from '../../domain/workflow-ids.js';
import type { ApiContext } from './api.js';

/** Asks something of a task in somebody's name, and sees to it that the board knows what became of it. */
export async function askDesk(
  context: ApiContext,
  address: TaskAddress,
  command: TaskCommand,
): Promise<DeskAnswer> {
  const { store, queueSuffix, rosters, boards, turns } = context;
  const around = {
    client: await context.client(),
    store,
    queueSuffix,
    personOf: (campaign: string, id: string) => rosters.person(campaign, id),
    boardOf: (campaign: string) => boards.of(campaign).all(),
  };
  return turns.inTurn(`${address.campaign}/${command.actor}`, async () => {
    const answer = await askTask(around, address, command);
    if (!('kept' in answer)) {
      await boards.of(address.campaign).refreshOne(taskEntity(address, address.round, address.kind));
    }
    return answer;
  });
}
