import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, it } from 'vitest';

/** Histories of real runs: what a worker of this version has to be able to go on with. */
const folder = 'test/histories';
const names = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('canary'));
const silent = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

const replay = (name: string): Promise<void> => {
  const history = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  // Ids of children may follow from their parent's.
  const { workflowId } = history.events[0].workflowExecutionStartedEventAttributes;
  return Worker.runReplayHistory(
    { workflowBundle: { codePath: 'dist/workflow-bundle.js' } },
    history,
    workflowId,
  );
};

describe('recorded histories', () => {
  beforeAll(() => {
    Runtime.install({ logger: silent });
  });

  it('exist for every workflow', () => {
    const barrel = readFileSync('workflows/index.ts', 'utf8');
    const files = [...barrel.matchAll(/from '\.\/([\w-]+)\.js'/g)].map(([, file]) => `${file}.json`);
    expect(files.length).toBeGreaterThan(5);
    expect(names.sort()).toEqual(files.sort());
  });

  it.each(names)('%s is replayed without a difference', async (name) => {
    await replay(name);
  });

  it('of the canary, in which one activity has another name, is refused', async () => {
    await expect(replay('canary-broken.json')).rejects.toThrow(DeterminismViolationError);
  });
});
