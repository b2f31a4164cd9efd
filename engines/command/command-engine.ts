import { tmpdir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { PlusctError } from '../../domain/errors.js';
import type { CtVolume } from '../../imaging/volume.js';
import type { Engine, EngineDescription, LoadedModel, RunContext } from '../engine.js';
import { packSettings, unpackSettings } from '../fixed-model.js';
import { type LabelValues, parseLabelValues, requireOrgans } from '../label-values.js';
import { cancelled, type GroupEnding, runGroup, sweepGroups } from '../process-group.js';
import { closeExchange, type Exchange, openExchange, takeLabels } from './exchange.js';
import { environmentFor, type ProgramCall, programCall, type RunPlace, removalCall } from './program.js';
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

const heartbeatMs = 1_000;
/** The end of what a program said, in messages. */
const saidAtMost = 600;

/**
 * A program as an engine. Whoever may start a campaign names the program: a worker runs it only where `PLUSCT_ALLOW_COMMANDS` is 1,
 * and throws `EngineMissing` elsewhere.
 */
export function commandEngine(environment: NodeJS.ProcessEnv = process.env): Engine {
  return {
    describe: () => description,
    settingsOf: commandSettings,
    train: async ({ organs, settings }, { progress }) => {
      const checked = commandSettings(settings);
      requireOrgans(parseLabelValues(checked.labels), organs);
      progress(1, 'settings checked');
      return packSettings(description, checked);
    },
    load: async (model) => loaded(commandSettings(unpackSettings(description, model)), environment),
  };
}

function loaded(settings: CommandSettings, environment: NodeJS.ProcessEnv): LoadedModel {
  const values = parseLabelValues(settings.labels);
  const disposal = new AbortController();
  return {
    organs: values.organs,
    predict: async (image, context) => {
      if (environment.PLUSCT_ALLOW_COMMANDS !== '1') throw notAllowed();
      if (disposal.signal.aborted)
        throw new PlusctError('InvalidInput', 'the model was disposed of: load it again before predicting');
      const signal = AbortSignal.any([context.signal, disposal.signal]);
      return predict(settings, values, environment, image, { ...context, signal });
    },
    dispose: async () => disposal.abort(),
  };
}

async function predict(
  settings: CommandSettings,
  values: LabelValues,
  environment: NodeJS.ProcessEnv,
  image: CtVolume,
  context: RunContext,
): Promise<Uint8Array> {
  if (context.signal.aborted) throw cancelled('the program');
  context.progress(0, 'writing the scan');
  const exchange = await openExchange(image);
  try {
    await run(settings, placeOf(exchange, environment), environment, context);
    context.progress(1, 'reading the labels');
    return await takeLabels(exchange, image, values, settings.otherLabels);
  } finally {
    await closeExchange(exchange);
  }
}

function placeOf({ folder, input, output }: Exchange, environment: NodeJS.ProcessEnv): RunPlace {
  return { input, output, name: basename(folder).toLowerCase(), device: environment.CUDA_VISIBLE_DEVICES };
}

async function run(
  settings: CommandSettings,
  place: RunPlace,
  environment: NodeJS.ProcessEnv,
  context: RunContext,
): Promise<void> {
  const limit = AbortSignal.timeout(settings.timeoutSeconds * 1000);
  const started = performance.now();
  const beat = setInterval(() => {
    const part = (performance.now() - started) / (settings.timeoutSeconds * 1000);
    context.progress(Math.min(0.99, part), 'the program runs');
  }, heartbeatMs);
  const call = programCall(settings, place);
  try {
    const ending = await runProgram(call, environment, AbortSignal.any([context.signal, limit]));
    if (ending.code !== 0) throw failed(call, ending);
  } catch (error) {
    const removal = removalCall(settings, place);
    if (removal !== undefined)
      await runProgram(removal, environment, new AbortController().signal).catch(() => undefined);
    if (!limit.aborted || context.signal.aborted) throw error;
    const { timeoutSeconds } = settings;
    throw new PlusctError(
      'EngineCrashed',
      `${call.command} took longer than timeoutSeconds=${timeoutSeconds}`,
    );
  } finally {
    clearInterval(beat);
  }
}

function runProgram(
  call: ProgramCall,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<GroupEnding> {
  const records = join(tmpdir(), `plusct-commands-${userInfo().uid}`);
  sweepGroups(records);
  const spec = { ...call, title: call.command, env: environmentFor(environment), cwd: tmpdir(), records };
  return runGroup(spec, signal);
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
