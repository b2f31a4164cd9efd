import { basename } from 'node:path';
import { PlusctError } from '../../domain/errors.js';
import type { Engine, EngineDescription, RunContext } from '../engine.js';
import { fixedEngine } from '../fixed-engine.js';
import type { GroupEnding } from '../process-group.js';
import { withinTime } from '../time-limit.js';
import { removeAbandoned, removeExchange, runProgram } from './abandoned.js';
import { type Exchange, openExchange, takeLabels } from './exchange.js';
import { allowsCommands, type ProgramCall, programCall, type RunPlace, removalCall } from './program.js';
import { type CommandSettings, commandSettings } from './settings.js';

const description: EngineDescription = {
  name: 'command',
  version: '1',
  summary:
    'Any program or container that reads a folder of scans and writes a folder of label maps, as challenge submissions ' +
    'do. As good as that program; it learns nothing here.',
  device: 'gpu',
  fixed: true,
};

/** The end of what a program said, in messages. */
const saidAtMost = 600;

/**
 * A program as an engine. Whoever may start a campaign names the program: a worker runs it only where `PLUSCT_ALLOW_COMMANDS` is 1,
 * and throws `EngineMissing` elsewhere.
 */
export function commandEngine(environment: NodeJS.ProcessEnv = process.env): Engine {
  return fixedEngine({
    description,
    settingsOf: commandSettings,
    predict: async ({ settings, values }, image, context) => {
      if (!allowsCommands(environment)) throw notAllowed();
      await removeAbandoned(environment);
      const exchange = await openExchange(image, (folder) => removalCall(settings, containerName(folder)));
      const place = placeOf(exchange, environment);
      // A container that ended by itself has removed itself.
      let left = removalCall(settings, place.name);
      try {
        await run(settings, place, environment, context);
        left = undefined;
        return await takeLabels(exchange, image, values, settings.otherLabels);
      } finally {
        await removeExchange(exchange, left, environment);
      }
    },
  });
}

function placeOf(
  { folder, input, output }: Exchange,
  { CUDA_VISIBLE_DEVICES: device }: NodeJS.ProcessEnv,
): RunPlace {
  return { input, output, name: containerName(folder), device };
}

function containerName(folder: string): string {
  return basename(folder).toLowerCase();
}

async function run(
  settings: CommandSettings,
  place: RunPlace,
  environment: NodeJS.ProcessEnv,
  context: RunContext,
): Promise<void> {
  const call = programCall(settings, place);
  const limited = { title: call.command, timeoutSeconds: settings.timeoutSeconds };
  const ending = await withinTime(limited, context, (signal) => runProgram(call, environment, signal));
  if (ending.code !== 0) throw failed(call, ending);
}

function failed({ command }: ProgramCall, { code, signal, output }: GroupEnding): PlusctError {
  const how = code === null ? `was ended by ${signal ?? 'an error'}` : `ended with exit code ${code}`;
  const said = output.trim() === '' ? 'it said nothing' : `it said: ${output.trim().slice(-saidAtMost)}`;
  return new PlusctError('EngineCrashed', `${command} ${how}; ${said}`);
}

function notAllowed(): PlusctError {
  return new PlusctError(
    'EngineMissing',
    'this worker runs no programs that campaigns name: start it with PLUSCT_ALLOW_COMMANDS=1, or let another one do it',
  );
}
