import { existsSync } from 'node:fs';
import { PlusctError } from '../domain/errors.js';
import { verifyDataset } from '../engines/nnunet/integrity.js';
import { engineByName, engineNames } from '../engines/registry.js';
import { adoptEngine } from '../infra/engine-adopt.js';
import {
  engineEnvironment,
  enginePin,
  enginePins,
  installedEngine,
  installedEnvironment,
  requireEngine,
} from '../infra/engine-environment.js';
import { fetchEngine, installEngine, tryEngine } from '../infra/engine-install.js';
import { resolveHome } from '../infra/home.js';
import { printJson, say } from './output.js';

interface EngineState {
  readonly name: string;
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
  readonly summary: string;
  /** `built in`, `installed` or `not installed`. */
  readonly state: string;
  readonly folder?: string;
}

function engineStates(): EngineState[] {
  const home = resolveHome();
  return engineNames().map((name) => {
    const { version, device, summary } = engineByName(name).describe();
    const pin = enginePins.find((each) => each.name === name);
    if (pin === undefined) return { name, version, device, summary, state: 'built in' };
    const installed = installedEngine(home, pin);
    const folder = installed?.adopted ?? engineEnvironment(home, pin).dir;
    return { name, version, device, summary, state: installed ? 'installed' : 'not installed', folder };
  });
}

/** `plusct engine list`. */
export function listEngines(options: { json?: boolean }): void {
  const states = engineStates();
  if (options.json) {
    printJson(states);
    return;
  }
  for (const { name, version, device, state, folder, summary } of states) {
    say(`${name} ${version} (${device}): ${state}${folder === undefined ? '' : `, ${folder}`}`);
    say(`  ${summary}`);
  }
}

/** `plusct engine install`. */
export async function install(
  name: string,
  options: { again?: boolean; python?: string; packages?: string },
): Promise<void> {
  const pin = enginePin(name);
  const home = resolveHome();
  if (options.packages !== undefined && !existsSync(options.packages))
    throw new PlusctError(
      'InvalidInput',
      `--packages ${options.packages}: there is no such folder; plusct engine fetch ${name} --to DIR makes one where there is a network`,
    );
  if (options.python !== undefined) return adoptEngine(pin, options.python, { home, say });
  const done = await installEngine(pin, { home, say: note, ...options });
  if (!done) say(`${pin.title} ${pin.version} is installed in ${engineEnvironment(home, pin).dir}.`);
}

/** `plusct engine fetch`. */
export function fetch(name: string, { to }: { to: string }): Promise<void> {
  return fetchEngine(enginePin(name), to, { home: resolveHome(), say: note });
}

/** What is told while something goes on. */
function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** `plusct engine check`: throws when an engine that was named is not installed, or one that is does not run. */
export async function checkEngines(
  name: string | undefined,
  options: { json?: boolean; dataset?: string },
): Promise<void> {
  const home = resolveHome();
  if (options.dataset !== undefined) {
    if (name !== 'nnunet')
      throw new PlusctError(
        'InvalidInput',
        '--dataset is nnU-Net’s: plusct engine check nnunet --dataset DIR',
      );
    await verifyDataset(options.dataset, new AbortController().signal);
    say(`nnU-Net finds ${options.dataset} whole and can plan for it.`);
    return;
  }
  const pins = name === undefined ? enginePins : [enginePin(name)];
  const results: { name: string; version: string; runs: string | null }[] = [];
  for (const pin of pins) {
    const here = installedEnvironment(home, pin);
    if (here === undefined && name !== undefined)
      throw new PlusctError(
        'InvalidInput',
        `${pin.title} is not installed in ${home.enginesDir}: run \`plusct engine install ${name}\``,
      );
    const runs = here === undefined ? null : await tryEngine(here, pin);
    results.push({ name: pin.name, version: pin.version, runs });
  }
  if (options.json) return printJson(results);
  for (const { name, version, runs } of results) say(`${name} ${version}: ${runs ?? 'not installed'}`);
}

/**
 * Throws when this machine's own workers could not do the engine's work. Workers elsewhere are not asked: one that lacks
 * the engine refuses each piece of work, which then goes to the next.
 */
export function requireEngineHere(name: string): void {
  const elsewhere = process.env.TEMPORAL_ADDRESS !== undefined;
  if (!elsewhere && enginePins.some((pin) => pin.name === name)) requireEngine(resolveHome(), name);
}
