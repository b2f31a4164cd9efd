import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInThread, threadEntry } from '../../engines/thread.js';
import { recording } from './phantom.js';

const compiled = threadEntry(new URL('../../engines/thread.ts', import.meta.url).href, './thread.js');
let folder: string;

/** A thread module whose handler is the given source text. */
function threadOf(name: string, handler: string): URL {
  const errors = new URL('../domain/errors.js', compiled).href;
  const path = join(folder, `${name}-thread.mjs`);
  const lines = [
    `import { serveThread } from '${compiled.href}';`,
    `import { DataError, PlusctError } from '${errors}';`,
    `serveThread(${handler});`,
  ];
  writeFileSync(path, lines.join('\n'));
  return pathToFileURL(path);
}

const spin =
  '(input) => { const end = Date.now() + input; while (Date.now() < end); return { output: input }; }';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plusct-thread-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('work in a thread', () => {
  it('answers what the handler gives back, and passes progress on', async () => {
    const entry = threadOf('double', "(n, report) => { report(0.5, 'half'); return { output: 2 * n }; }");
    const { context, told } = recording();
    expect(await runInThread<number, number>(entry, 21, context)).toBe(42);
    expect(told).toContainEqual({ fraction: 0.5, note: 'half' });
  });

  it('moves the buffers that it is told to move, and copies the others', async () => {
    const entry = threadOf('sum', '({ a, b }) => ({ output: a.length + b.length })');
    const [a, b] = [new Uint8Array(3), new Uint8Array(4)];
    expect(await runInThread<object, number>(entry, { a, b }, recording().context, [a.buffer])).toBe(7);
    expect([a.length, b.length]).toEqual([0, 4]);
  });

  it('leaves the event loop free and repeats progress while the thread is busy', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 20);
    const { context, told } = recording();
    await runInThread<number, number>(threadOf('spin', spin), 2_300, context);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(30);
    expect(told.filter(({ note }) => note === 'started').length).toBeGreaterThanOrEqual(2);
  });

  it('ends a busy thread within a second of being cancelled', async () => {
    const stop = new AbortController();
    const running = runInThread<number, number>(
      threadOf('spin', spin),
      60_000,
      recording(stop.signal).context,
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const from = performance.now();
    stop.abort();
    await expect(running).rejects.toMatchObject({ name: 'PlusctError', kind: 'Cancelled' });
    expect(performance.now() - from).toBeLessThan(1_000);
  });

  it('is given to a thread that has finished, and to another one while that is busy or when it has died', async () => {
    const source =
      'async (ms) => { await new Promise((done) => setTimeout(done, ms)); return { output: thread }; }';
    const entry = threadOf(
      'which',
      `${source});\nimport { threadId as thread } from 'node:worker_threads';\nvoid (0`,
    );
    const run = (ms: number) => runInThread<number, number>(entry, ms, recording().context);
    const first = await run(0);
    expect(await run(0)).toBe(first);
    const [busy, other] = await Promise.all([run(200), run(0)]);
    expect([busy, other]).toContain(first);
    expect(busy).not.toBe(other);
    const stop = new AbortController();
    const cancelled = runInThread<number, number>(entry, 60_000, recording(stop.signal).context);
    stop.abort();
    await expect(cancelled).rejects.toMatchObject({ kind: 'Cancelled' });
    expect([first, busy, other]).toContain(await run(0));
  });

  it('does not start when it is already cancelled', async () => {
    const missing = pathToFileURL(join(folder, 'missing.mjs'));
    const run = runInThread(missing, 1, recording(AbortSignal.abort()).context);
    await expect(run).rejects.toMatchObject({ kind: 'Cancelled' });
  });

  it('rejects with EngineCrashed when the handler throws, ends its process or cannot be loaded', async () => {
    const crashes = [
      threadOf('throw', "() => { throw new TypeError('broken'); }"),
      threadOf('exit', '() => { process.exit(3); }'),
      pathToFileURL(join(folder, 'missing.mjs')),
    ];
    for (const entry of crashes)
      await expect(runInThread(entry, 1, recording().context)).rejects.toMatchObject({
        kind: 'EngineCrashed',
      });
    const run = runInThread(crashes[0], 1, recording().context);
    await expect(run).rejects.toThrow('throw-thread.mjs threw: broken');
  });

  it("passes on the handler's own refusals, faults in the data included", async () => {
    const refusal = threadOf('refuse', "() => { throw new PlusctError('InvalidInput', 'no body'); }");
    await expect(runInThread(refusal, 1, recording().context)).rejects.toMatchObject({
      kind: 'InvalidInput',
      message: 'no body',
    });
    const fault = "{ code: 'LABEL_VALUES', message: 'odd', suggestion: 'look' }";
    const damaged = threadOf('damaged', `() => { throw new DataError(${fault}); }`);
    await expect(runInThread(damaged, 1, recording().context)).rejects.toMatchObject({
      kind: 'CorruptVolume',
      fault: { code: 'LABEL_VALUES' },
    });
  });

  it('ends the thread when the caller cannot take the progress', async () => {
    const context = {
      signal: new AbortController().signal,
      progress: () => {
        throw new Error('gone');
      },
    };
    const entry = threadOf('tell', "(n, report) => { report(0, 'x'); return new Promise(() => {}); }");
    await expect(runInThread(entry, 1, context)).rejects.toThrow('gone');
  });
});

describe('the entry of a thread', () => {
  it('is the compiled file when the module runs from its source', () => {
    expect(compiled.pathname).toMatch(/\/dist\/engines\/thread\.js$/);
  });

  it('is the sibling when the module is compiled', () => {
    expect(threadEntry('file:///app/dist/engines/a.js', './b.js').href).toBe('file:///app/dist/engines/b.js');
  });

  it('is refused while it has not been built', () => {
    expect(() => threadEntry(import.meta.url, './never.js')).toThrow('build the project');
  });
});
