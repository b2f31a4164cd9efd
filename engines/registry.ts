import { PlusctError } from '../domain/errors.js';
import { atlasEngine } from './atlas/atlas-engine.js';
import { commandEngine } from './command/command-engine.js';
import type { Engine } from './engine.js';
import { kserveEngine } from './kserve/kserve-engine.js';
import { nnunetEngine } from './nnunet/nnunet-engine.js';
import { organWise } from './organ-wise.js';

/** Every engine by the name that configurations use, made on demand. */
const engines: ReadonlyMap<string, () => Engine> = new Map([
  ['atlas', () => organWise(atlasEngine())],
  ['command', () => commandEngine()],
  ['kserve', () => kserveEngine()],
  ['nnunet', () => nnunetEngine()],
]);

/** Names that `engineByName` knows, in a fixed order. */
export function engineNames(): string[] {
  return [...engines.keys()].sort();
}

/** The engine of that name. Throws `InvalidInput` for any other, listing those there are. */
export function engineByName(name: string): Engine {
  const make = engines.get(name);
  if (make) return make();
  throw new PlusctError(
    'InvalidInput',
    `there is no engine "${name}": choose one of ${engineNames().join(', ')}`,
  );
}
