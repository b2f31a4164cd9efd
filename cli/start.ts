import { join } from 'node:path';
import { resolveHome } from '../infra/home.js';
import { bringUp } from '../infra/servers.js';
import { ensureTools } from '../infra/tools.js';
import { generateSamples } from '../sources/samples/generate.js';
import { localOperator } from '../web/api/console.js';
import { printReport, startBuild, waitForBuild } from './build.js';
import { makePlan } from './build-plan.js';
import { say } from './output.js';
import { listen, signInLink } from './serve.js';
import { openSession, type Session } from './session.js';
import { defaultDevices, workerSpecs } from './worker-specs.js';
import { WrongOption, wholeNumber } from './wrong-option.js';

export interface StartOptions {
  readonly collections?: string;
  readonly reference?: string;
  readonly campaign?: string;
  readonly seed: string;
  readonly json?: boolean;
  readonly exit?: boolean;
}

const note = (line: string): void => void process.stderr.write(`${line}\n`);

/** `npm start`: servers, workers, the build with simulated refinement, the table; at a terminal the console stays. */
export async function start(options: StartOptions): Promise<void> {
  const home = resolveHome();
  const seed = wholeNumber('--seed', options.seed, 0);
  const data = options.collections === undefined ? undefined : given(options);
  const tools = await ensureTools({ toolsDir: home.toolsDir, say: note });
  const plan = await planOf(data ?? (await samples(home.dir, seed)), options);
  note('Starting servers and workers …');
  const running = await bringUp({ home, tools, workers: workerSpecs(defaultDevices()), say: note });
  try {
    const session = openSession(running.env);
    note(
      `Building campaign ${plan.campaign} with ${plan.refine} refinement (engine atlas, an honest baseline).`,
    );
    const report = await waitForBuild(session, plan, await startBuild(session, plan));
    printReport(session, report, options.json === true);
    if (staysOpen(options, process.stdout.isTTY === true)) await keepConsole(session);
    await session.close();
    note('');
    note(
      'Everything is stopped and kept. `npx plusct up` starts it again, `npx plusct status` tells how it stands.',
    );
  } finally {
    await running.stop();
  }
}

function planOf(data: { collections: string; reference: string }, options: StartOptions) {
  return makePlan({
    ...data,
    ...(options.campaign === undefined ? {} : { campaign: options.campaign }),
    refine: 'simulated',
    engine: 'atlas',
    person: [],
    seed: options.seed,
    window: '24',
  });
}

/** At a terminal people want to look around; elsewhere, and with --exit, the table is the end. */
export function staysOpen({ exit, json }: Pick<StartOptions, 'exit' | 'json'>, atTerminal: boolean): boolean {
  return atTerminal && exit !== true && json !== true;
}

/** Runs the console until this process is interrupted, which stops everything else too. */
async function keepConsole(session: Session): Promise<void> {
  const { url, console: running } = await listen(session, {});
  say(`\nConsole at ${url}\nSign in: ${signInLink(running, url, localOperator)}`);
  say('It runs until Ctrl-C; --exit ends after the table.');
  await new Promise<never>(() => undefined);
}

function given({ collections, reference }: StartOptions): { collections: string; reference: string } {
  if (reference !== undefined) return { collections: collections!, reference };
  throw new WrongOption(
    'npm start refines with simulated people, who need --reference DIR. To work with people: `npx plusct up`, then `npx plusct build`.',
  );
}

async function samples(home: string, seed: number): Promise<{ collections: string; reference: string }> {
  const directory = join(home, 'samples', `seed-${seed}`);
  note('Making five small sample collections …');
  await generateSamples({ directory, seed });
  say(`Sample collections in ${directory}`);
  return { collections: directory, reference: join(directory, 'reference') };
}
