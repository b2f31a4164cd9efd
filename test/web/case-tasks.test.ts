import { describe, expect, it } from 'vitest';
import { maySeeDraft } from '../../web/api/blinding.js';
import { taskFor } from '../../web/api/case-tasks.js';
import { command, opened, through } from '../domain/tasks.js';

const claimed = (by: string, kind?: 'double-read') =>
  through(opened(undefined, kind === undefined ? {} : { kind }), [command('claim', by)]);
const [work, reread] = [claimed('anna'), claimed('bert', 'double-read')];

describe('the task of a case that somebody is shown', () => {
  it('is the one that they hold, be it a read for measuring', () => {
    expect(taskFor({ id: 'anna' }, [reread, work])).toBe(work);
    expect(taskFor({ id: 'bert' }, [work, reread])).toBe(reread);
  });

  it('is else the newest round of the dataset’s own work, never a read for measuring', () => {
    const second = { ...work, round: 2 };
    expect(taskFor({ id: 'cora' }, [reread, work])).toBe(work);
    expect(taskFor({ id: 'cora' }, [reread, work, second])).toBe(second);
    expect(taskFor({ id: 'cora' }, [reread])).toBeUndefined();
  });
});

describe('a draft that was left with a task', () => {
  it('is shown to whoever holds the task and to radiologists, not to other juniors nor to second readers', () => {
    const tasks = [work, reread];
    const sees = (id: string, role: 'junior' | 'certified', task = work) =>
      maySeeDraft({ id, role }, tasks, task);
    expect(sees('anna', 'junior')).toBe(true);
    expect(sees('cora', 'certified')).toBe(true);
    expect(sees('dora', 'junior')).toBe(false);
    expect(sees('bert', 'junior')).toBe(false);
    expect(sees('bert', 'junior', reread)).toBe(true);
  });
});
